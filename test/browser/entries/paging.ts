/**
 * A short guest program on a machine with little memory. What it answers does not depend on the
 * page store, nor on where it runs, so it is JSON.
 */
import { Machine, MemoryPageStore, type PageStore, whenReady } from "guardpage";
import {
  FILE_MAP_COPY,
  FILE_MAP_WRITE,
  INVALID_HANDLE_VALUE,
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_RESET,
  MEM_WRITE_WATCH,
  PAGE_READWRITE,
} from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { OpfsPageStore, type SyncAccessHandle } from "guardpage/opfs";

const PAGE_BYTES = 0x1000;
const FRAMES = 16;
const PAGES = 48;

/** In a worker of a browser. */
export async function run(): Promise<unknown> {
  const folder = await navigator.storage.getDirectory();
  const entry = await folder.getFileHandle("pages", { create: true });
  const store = new OpfsPageStore(await (entry as unknown as SyncAccess).createSyncAccessHandle());
  try {
    return await page(store);
  } finally {
    store.close();
    await folder.removeEntry("pages");
  }
}

/** Declared here: TypeScript knows it in workers only. */
interface SyncAccess {
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
}

/** Counts what goes out and comes back. */
class Counting implements PageStore {
  readonly #store: PageStore;
  writes = 0;
  reads = 0;

  constructor(store: PageStore) {
    this.#store = store;
  }

  write(slot: number, bytes: Uint8Array): void | Promise<void> {
    this.writes++;
    return this.#store.write(slot, bytes);
  }

  read(slot: number, target: Uint8Array): void | Promise<void> {
    this.reads++;
    return this.#store.read(slot, target);
  }
}

/** Writes, copies, shares, locks and resets more pages than memory has. */
export async function page(store: PageStore = new MemoryPageStore()): Promise<unknown> {
  const counting = new Counting(store);
  const options = { profile: "win32", physicalPages: FRAMES, pageStore: counting } as const;
  const machine = await Machine.create(options);
  const guest = machine.createProcess();
  const calls = kernel32(guest);
  const { memory } = guest;
  const size = PAGES * PAGE_BYTES;
  const type = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
  const base = calls.VirtualAlloc(0, size, type, PAGE_READWRITE);
  for (let number = 0; number < PAGES; number++) {
    await memory.setUint32Async(base + number * PAGE_BYTES + 12, number * number);
  }
  const locked = await whenReady(() => calls.VirtualLock(base + PAGE_BYTES, 2 * PAGE_BYTES));
  await memory.copyAsync(base + 8 * PAGE_BYTES + 1, base, 30 * PAGE_BYTES);

  const all = FILE_MAP_WRITE;
  const section = calls.CreateFileMapping(
    INVALID_HANDLE_VALUE,
    null,
    PAGE_READWRITE,
    0,
    size,
    null,
  );
  const shared = calls.MapViewOfFile(section, all, 0, 0, 0);
  const copied = calls.MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);
  await memory.fillAsync(shared, 0x33, size);
  for (let number = 0; number < PAGES; number += 5) {
    await memory.setUint8Async(copied + number * PAGE_BYTES, number);
  }
  await memory.fillAsync(shared, 0x44, size);

  const reset = base + 40 * PAGE_BYTES;
  await whenReady(() => calls.VirtualAlloc(reset, 4 * PAGE_BYTES, MEM_RESET, PAGE_READWRITE));
  const marks = { value: [] as number[] };
  const count = { value: PAGES };
  calls.GetWriteWatch(0, base, size, marks, count, { value: 0 });
  const sums: number[] = [];
  for (const start of [base, shared, copied]) {
    for (let number = 0; number < PAGES; number++) {
      if (start === base && number >= 40 && number < 44) continue;
      const bytes = await memory.readAsync(start + number * PAGE_BYTES, PAGE_BYTES);
      sums.push(bytes.reduce((sum, byte) => (sum * 31 + byte) % 0xfffffb, 7));
    }
  }
  guest.verifySpace();
  const { writes, reads } = counting;
  return { locked, marks: marks.value, sums, writes, reads, counters: machine.counters };
}
