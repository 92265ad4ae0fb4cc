import { PageFault, type Thread } from "guardpage";
import {
  EXCEPTION_GUARD_PAGE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "guardpage/constants";
import { type Kernel32, kernel32 } from "guardpage/kernel32";
import { type Job, PAGE_BYTES, randomOf } from "./job.ts";

/** What a worker knows of a page of its own: what it holds, and what may be done with it. */
interface Page {
  address: number;
  value: number;
  protect: number;
  isCommitted: boolean;
}

interface Region {
  base: number;
  pages: Page[];
}

const REGIONS_MOST = 12;
const REGION_PAGES_MOST = 40;
const PROTECTIONS = [
  PAGE_READWRITE,
  PAGE_READONLY,
  PAGE_NOACCESS,
  PAGE_EXECUTE_READ,
  PAGE_READWRITE | PAGE_GUARD,
];

/**
 * One of many guests in a process: regions of its own, in which every answer is known, and pages
 * that all share, of which only the kinds of answers are.
 */
class Guest {
  readonly #calls: Kernel32;
  readonly #thread: Thread;
  readonly #random: (below: number) => number;
  readonly #regions: Region[] = [];
  readonly #job: Job;
  faults = 0;

  constructor(thread: Thread, job: Job) {
    this.#thread = thread;
    this.#calls = kernel32(thread.process);
    this.#random = randomOf(job.seed * 1000 + job.index + 1);
    this.#job = job;
  }

  step(): void {
    const choice = this.#random(16);
    if (choice === 0 || this.#regions.length === 0) this.#reserve();
    else if (choice === 1) this.#release(this.#random(this.#regions.length));
    else if (choice < 4) this.#protect();
    else if (choice < 5) this.#decommit();
    else if (choice < 6) this.#query();
    else if (choice < 12) this.#access();
    else this.#accessShared();
  }

  end(): void {
    while (this.#regions.length > 0) this.#release(0);
  }

  #reserve(): void {
    if (this.#regions.length === REGIONS_MOST) this.#release(this.#random(REGIONS_MOST));
    const count = 1 + this.#random(REGION_PAGES_MOST);
    const watch = this.#random(3) === 0 ? MEM_WRITE_WATCH : 0;
    const type = MEM_RESERVE | MEM_COMMIT | watch;
    const base = this.#calls.VirtualAlloc(0, count * PAGE_BYTES, type, PAGE_READWRITE);
    expectEqual("VirtualAlloc", base !== 0, true);
    const pages = Array.from({ length: count }, (_, i) => ({
      address: base + i * PAGE_BYTES,
      value: 0,
      protect: PAGE_READWRITE,
      isCommitted: true,
    }));
    this.#regions.push({ base, pages });
  }

  #release(index: number): void {
    const [region] = this.#regions.splice(index, 1);
    expectEqual("VirtualFree", this.#calls.VirtualFree(region?.base ?? 0, 0, MEM_RELEASE), 1);
  }

  #page(): Page {
    const { pages } = this.#regions[this.#random(this.#regions.length)] as Region;
    return pages[this.#random(pages.length)] as Page;
  }

  #protect(): void {
    const page = this.#page();
    const protect = PROTECTIONS[this.#random(PROTECTIONS.length)] as number;
    const old = { value: 0 };
    const done = this.#calls.VirtualProtect(page.address, 1, protect, old);
    expectEqual("VirtualProtect", done, page.isCommitted ? 1 : 0);
    if (done === 0) return;
    expectEqual("the old protection", old.value, page.protect);
    page.protect = protect;
  }

  #decommit(): void {
    const page = this.#page();
    if (page.isCommitted) {
      expectEqual("decommit", this.#calls.VirtualFree(page.address, 1, MEM_DECOMMIT), 1);
      page.isCommitted = false;
      return;
    }
    const base = this.#calls.VirtualAlloc(page.address, 1, MEM_COMMIT, PAGE_READWRITE);
    expectEqual("commit", base, page.address);
    Object.assign(page, { isCommitted: true, protect: PAGE_READWRITE, value: 0 });
  }

  #query(): void {
    const page = this.#page();
    const information = { value: { Protect: 0 } };
    this.#calls.VirtualQuery(page.address, information as never);
    const { Protect } = information.value;
    expectEqual("VirtualQuery", Protect, page.isCommitted ? page.protect : 0);
  }

  #access(): void {
    const page = this.#page();
    const { memory } = this.#thread.process;
    const isWrite = this.#random(2) === 0;
    const isGuarded = (page.protect & PAGE_GUARD) !== 0;
    const isAllowed = isWrite
      ? page.protect === PAGE_READWRITE
      : page.protect !== PAGE_NOACCESS && !isGuarded;
    const value = this.#random(0x1_0000);
    const code = this.#codeOf(() => {
      if (isWrite) memory.setUint32(page.address, value);
      else expectEqual("what is read", memory.getUint32(page.address), page.value);
    });
    expectEqual("whether it is allowed", code === 0, page.isCommitted && isAllowed);
    if (code === 0 && isWrite) page.value = value;
    if (code === EXCEPTION_GUARD_PAGE) page.protect &= ~PAGE_GUARD;
  }

  /** Pages of all: who protects them, writes, or drops them is a matter of luck. */
  #accessShared(): void {
    const { base, sizeBytes, index } = this.#job;
    const address = base + this.#random(sizeBytes / PAGE_BYTES) * PAGE_BYTES;
    const { memory } = this.#thread.process;
    const choice = this.#random(8);
    const old = { value: 0 };
    if (choice === 0) {
      const protect = PROTECTIONS[this.#random(PROTECTIONS.length)] as number;
      this.#calls.VirtualProtect(address, this.#random(4) * PAGE_BYTES, protect, old);
    } else if (choice === 1) {
      this.#calls.VirtualFree(address, 1, MEM_DECOMMIT);
      this.#calls.VirtualAlloc(address, 1, MEM_COMMIT, PAGE_READWRITE);
    } else if (choice < 5) {
      this.#codeOf(() => memory.setUint32(address + 4 * index, 0x1000 * index + 1));
    } else if (choice < 7) {
      this.#codeOf(() => {
        const value = memory.getUint32(address + 4 * index);
        if (value !== 0) expectEqual("what is read", value, 0x1000 * index + 1);
      });
    } else {
      this.#codeOf(() => memory.read(address, 2 * PAGE_BYTES));
    }
  }

  #codeOf(access: () => void): number {
    try {
      access();
      return 0;
    } catch (error) {
      if (!(error instanceof PageFault)) throw error;
      this.faults++;
      return error.code;
    }
  }
}

function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${what}: ${actual}, not ${expected}`);
}

/** Lives in a process with others, for so many steps, or milliseconds below 0. Steps and faults. */
export function live(thread: Thread, _words: Int32Array, job: Job): number[] {
  const guest = new Guest(thread, job);
  const end = performance.now() - job.count;
  let steps = 0;
  const isOver = () => (job.count > 0 ? steps >= job.count : performance.now() >= end);
  try {
    for (; !isOver(); steps++) guest.step();
  } catch (error) {
    const again = `SEED=${job.seed}, worker ${job.index}, step ${steps}`;
    throw new Error(`${again}: ${error instanceof Error ? error.message : error}`);
  }
  guest.end();
  return [steps, guest.faults];
}
