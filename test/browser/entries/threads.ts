/** Threads of a guest in workers of a browser, while the thread of the page calls too. */
import { Machine, type ProfileName } from "guardpage";
import {
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_READWRITE,
} from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { type Job, PAGE_BYTES, WORDS_BYTES } from "../../threads/job.ts";

const PAGES = 16;
const TYPE = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
const COUNT = 1000;

function answerOf(job: Job): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker("/threads-worker.js", { type: "module" });
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }) => {
      worker.terminate();
      if ("answer" in data) resolve(data.answer);
      else reject(new Error(data.failure));
    };
    worker.postMessage(job);
  });
}

/** What four workers of these roles answer, and how many calls were made here in the meantime. */
async function crew(profile: ProfileName, roles: readonly string[]) {
  const guest = (await Machine.create({ profile, threads: true })).createProcess();
  const { VirtualAlloc, VirtualFree } = kernel32(guest);
  const sizeBytes = PAGES * PAGE_BYTES;
  const base = VirtualAlloc(0, sizeBytes, TYPE, PAGE_READWRITE);
  guest.memory.fill(base, 0, sizeBytes);
  const words = new SharedArrayBuffer(WORDS_BYTES);
  const threads = roles.map(() => guest.createThread());
  let isOver = false;
  const answers = Promise.all(
    roles.map((role, index) => {
      const thread = threads[index]?.share() as Job["thread"];
      return answerOf({ role, thread, words, base, sizeBytes, count: COUNT, index, seed: 1 });
    }),
  ).finally(() => {
    isOver = true;
  });
  let calls = 0;
  while (!isOver) {
    VirtualFree(VirtualAlloc(0, sizeBytes, TYPE, PAGE_READWRITE), 0, MEM_RELEASE);
    calls += 2;
    await new Promise((resolve) => setTimeout(resolve));
  }
  const all = await answers;
  for (const thread of threads) thread.unshare();
  guest.verifySpace();
  return { answers: all, calls };
}

export async function run() {
  return {
    isIsolated: globalThis.crossOriginIsolated,
    protect: await crew("win32", ["access", "access", "access", "protect"]),
    code: await crew("win32", ["storeInLine", "storeInLine", "storeInLine", "freeze"]),
    guard: await crew("win64", ["meet", "meet", "meet", "meet", "arm"]),
    watch: await crew("win64", ["write", "write", "write", "harvest"]),
  };
}
