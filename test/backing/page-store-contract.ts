import { DiskFull } from "../../src/file-backing.ts";
import type { PageStore } from "../../src/page-store.ts";
import { type Check, fails, numbers, pattern, same } from "./check.ts";

const PAGE_BYTES = 4_096;
const UNTOUCHED = 0xaa;

const page = (seed: number) => pattern(PAGE_BYTES, seed);

/** The page of a slot. */
async function pageOf(store: PageStore, slot: number): Promise<Uint8Array> {
  const target = new Uint8Array(PAGE_BYTES).fill(UNTOUCHED);
  await store.read(slot, target);
  return target;
}

/** What every page store does, by return or by promise. Each check gets a new, empty store. */
export const pageStoreChecks: readonly Check<PageStore>[] = [
  {
    name: "what was written is read back",
    async run(store) {
      await store.write(0, page(1));
      same(await pageOf(store, 0), page(1), "page");
      same(await pageOf(store, 0), page(1), "page, read again");
    },
  },
  {
    name: "slots are apart, in whatever order they are written",
    async run(store) {
      for (const slot of [3, 0, 2, 1]) await store.write(slot, page(slot));
      for (const slot of [0, 1, 2, 3]) same(await pageOf(store, slot), page(slot), `slot ${slot}`);
    },
  },
  {
    name: "the last write counts",
    async run(store) {
      await store.write(0, page(1));
      await store.write(1, page(2));
      await store.write(0, page(3));
      same(await pageOf(store, 0), page(3), "slot 0");
      same(await pageOf(store, 1), page(2), "slot 1");
    },
  },
  {
    name: "a slot is taken again, and the others keep their pages",
    async run(store) {
      for (const slot of [0, 1, 2]) await store.write(slot, page(slot));
      await store.write(1, page(9));
      same(await pageOf(store, 0), page(0), "slot 0");
      same(await pageOf(store, 1), page(9), "slot 1, again");
      same(await pageOf(store, 2), page(2), "slot 2");
    },
  },
  {
    name: "the store does not hold on to what it was given",
    async run(store) {
      const bytes = page(1);
      await store.write(0, bytes);
      bytes.fill(0);
      same(await pageOf(store, 0), page(1), "after the source was changed");
      (await pageOf(store, 0)).fill(0);
      same(await pageOf(store, 0), page(1), "after what was read was changed");
    },
  },
  {
    name: "parts of larger buffers are read and written, and nothing beside them",
    async run(store) {
      const source = pattern(3 * PAGE_BYTES, 1);
      await store.write(0, source.subarray(PAGE_BYTES, 2 * PAGE_BYTES));
      const buffer = new Uint8Array(3 * PAGE_BYTES).fill(UNTOUCHED);
      await store.read(0, buffer.subarray(100, 100 + PAGE_BYTES));
      const expected = new Uint8Array(3 * PAGE_BYTES).fill(UNTOUCHED);
      expected.set(source.subarray(PAGE_BYTES, 2 * PAGE_BYTES), 100);
      same(buffer, expected, "buffer");
      same(source, pattern(3 * PAGE_BYTES, 1), "source");
    },
  },
  {
    name: "views of WebAssembly memory are read and written",
    async run(store) {
      for (const shared of [false, true]) {
        const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared });
        const view = new Uint8Array(memory.buffer, PAGE_BYTES, PAGE_BYTES);
        view.set(page(1));
        await store.write(0, view);
        view.fill(0);
        await store.read(0, view);
        same(view, page(1), `view, shared ${shared}`);
      }
    },
  },
  {
    name: "calls for one slot take effect in their order, though nobody waits between them",
    async run(store) {
      const target = new Uint8Array(PAGE_BYTES);
      const later = new Uint8Array(PAGE_BYTES);
      await Promise.all([
        store.write(0, page(1)),
        store.write(0, page(2)),
        store.read(0, target),
        store.write(0, page(3)),
        store.read(0, later),
      ]);
      same(target, page(2), "read before the last write");
      same(later, page(3), "read after it");
    },
  },
  {
    name: "several slots may be under way at once",
    async run(store) {
      const slots = Array.from({ length: 20 }, (_, slot) => slot);
      await Promise.all(slots.map((slot) => store.write(slot, page(slot))));
      const pages = await Promise.all(slots.map((slot) => pageOf(store, slot)));
      for (const [slot, bytes] of pages.entries()) same(bytes, page(slot), `slot ${slot}`);
    },
  },
  {
    name: "a slot above all that were written cannot be read",
    async run(store) {
      await fails(() => pageOf(store, 0), Error, "read of an empty store");
      await store.write(0, page(1));
      await fails(() => pageOf(store, 1), Error, "read of slot 1");
      same(await pageOf(store, 0), page(1), "slot 0");
    },
  },
  {
    name: "what is no slot or no page is refused and changes nothing",
    async run(store) {
      await store.write(0, page(1));
      for (const slot of [-1, 0.5, Number.NaN, 2 ** 32]) {
        await fails(() => store.write(slot, page(2)), RangeError, `write to slot ${slot}`);
        await fails(() => pageOf(store, slot), RangeError, `read of slot ${slot}`);
      }
      for (const bytes of [new Uint8Array(PAGE_BYTES - 1), new Uint8Array(PAGE_BYTES + 1)]) {
        await fails(() => store.write(0, bytes), RangeError, `write of ${bytes.length} bytes`);
        await fails(() => store.read(0, bytes), RangeError, `read of ${bytes.length} bytes`);
      }
      for (const wrong of ["0", 0n, null] as never[]) {
        await fails(() => store.write(wrong, page(2)), TypeError, `write to slot ${wrong}`);
        await fails(() => pageOf(store, wrong), TypeError, `read of slot ${wrong}`);
        await fails(() => store.write(0, wrong), TypeError, `write of ${wrong}`);
        await fails(() => store.read(0, wrong), TypeError, `read into ${wrong}`);
      }
      same(await pageOf(store, 0), page(1), "slot 0");
    },
  },
  {
    name: "a random program finds what a map would hold",
    async run(store) {
      const random = numbers(4_096);
      const expected = new Map<number, number>();
      for (let step = 0; step < 600; step++) {
        const slot = random(Math.min(expected.size + 1, 64));
        if (expected.has(slot) && step % 2 === 0) {
          same(await pageOf(store, slot), page(expected.get(slot) ?? 0), `step ${step}`);
        } else {
          await store.write(slot, page(step));
          expected.set(slot, step);
        }
      }
      for (const [slot, seed] of expected) same(await pageOf(store, slot), page(seed), `at last`);
    },
  },
];

/** 16 MB: more than fits where the checks below run. */
const TOO_MANY_PAGES = 4_096;

/** What page stores do when there is no room. Each is new, has room for 16 pages, not for 4,096. */
export const fullPageStoreChecks: readonly Check<PageStore>[] = [
  {
    name: "a write without room throws DiskFull, and all pages stay",
    async run(store) {
      let stored = 0;
      const fill = async () => {
        while (stored < TOO_MANY_PAGES) {
          await store.write(stored, page(stored));
          stored += 1;
        }
      };
      await fails(fill, DiskFull, "filling");
      same(stored >= 16, true, "room for 16 pages");
      for (let slot = 0; slot < stored; slot++) {
        same(await pageOf(store, slot), page(slot), `slot ${slot} of ${stored}`);
      }
      await fails(() => store.write(stored, page(1)), DiskFull, "one more");
      await store.write(0, page(99));
      same(await pageOf(store, 0), page(99), "slot 0, written again");
    },
  },
];
