import { expect, test } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { type Machine, MemoryFile, MemoryPageStore } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { Recorder } from "../../src/recording.ts";
import { createMachine } from "../setup/machine.ts";
import { hashesOf, record, replay, roundTrip } from "./support.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
const PAGE = 0x1000;

function program(machine: Machine): void {
  const { VirtualAlloc } = kernel32(machine.createProcess());
  for (let call = 0; call < 4; call++) VirtualAlloc(0, 1, BOTH, PAGE_READWRITE);
}

/** Record what `work` does with a machine that is there already. */
function recordedFrom(machine: Machine, work: () => void, hashEvery = 0): string {
  let text = "";
  const sink = (line: string) => {
    text += line;
  };
  const recorder = new Recorder(machine, sink, { hashEvery });
  work();
  recorder.stop();
  return text;
}

test("hashes are rows at the end and in between, and are compared", async () => {
  const machine = await createMachine({ profile: "win32" });
  const text = recordedFrom(machine, () => program(machine), 2);
  const hashes = hashesOf(text);
  expect(hashes).toHaveLength(3);
  expect(new Set(hashes).size).toBe(3);
  expect(hashes[2]).toBe(machine.hash());
  expect((await replay(text)).differences).toEqual([]);
  const second = String(hashes[1]);
  const { differences } = await replay(text.replace(second, "0000000000000007"));
  expect(differences).toMatchObject([{ call: "hash", actual: { hash: second } }]);
});

test("a machine that has been in use is recorded from a snapshot on", async () => {
  const machine = await createMachine({ profile: "win32" });
  const guest = machine.createProcess();
  const base = kernel32(guest).VirtualAlloc(0, 2 * PAGE, BOTH, PAGE_READWRITE);
  guest.memory.setUint32(base, 7);
  const text = recordedFrom(machine, () => {
    guest.memory.setUint32(base + PAGE, guest.memory.getUint32(base));
    kernel32(guest).VirtualAlloc(0, 1, MEM_RESERVE, PAGE_READWRITE);
    guest.fork();
  });
  const { differences, machine: replayed } = await replay(text);
  expect(differences).toEqual([]);
  expect(replayed.hash()).toBe(machine.hash());
  expect(replayed.processes.map(({ id }) => id)).toEqual(machine.processes.map(({ id }) => id));
});

test("what was open or stored by then would be missing", async () => {
  const stored = await createMachine({ profile: "win32", pageStore: new MemoryPageStore() });
  stored.createProcess();
  const opened = await createMachine({ profile: "win32" });
  opened.createProcess().openFile(new MemoryFile());
  for (const machine of [stored, opened]) {
    expect(() => new Recorder(machine, () => {})).toThrow("before the first process is made");
    expect(machine.observer).toBeUndefined();
  }
});

test("pages that left memory count for the hash, and the store is not there any more", async () => {
  const { text } = await roundTrip(
    (made) => {
      const guest = made.createProcess();
      const base = kernel32(guest).VirtualAlloc(0, 32 * PAGE, BOTH, PAGE_READWRITE);
      for (let page = 0; page < 32; page++) guest.memory.setUint32(base + page * PAGE, page + 1);
    },
    { profile: "win64", physicalPages: 12, pageStore: new MemoryPageStore() },
  );
  expect(hashesOf(text)).toHaveLength(1);
});

test("a function that was taken before a recording began is refused while it goes on", async () => {
  const { machine } = await record((made) => made.createProcess());
  const [guest] = machine.processes;
  if (guest === undefined) throw new Error("the machine has a process");
  const { VirtualAlloc } = kernel32(guest);
  const recorder = new Recorder(machine, () => {});
  expect(() => VirtualAlloc(0, 1, MEM_RESERVE, PAGE_READWRITE)).toThrow("take it from its face");
  expect(kernel32(guest).VirtualAlloc(0, 1, MEM_RESERVE, PAGE_READWRITE)).toBe(0x10000);
  recorder.stop();
  expect(VirtualAlloc(0, 1, MEM_RESERVE, PAGE_READWRITE)).toBe(0x20000);
});
