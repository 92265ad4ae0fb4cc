/** Calls from JavaScript, in nanoseconds, and what page tables in JavaScript have of them. */
import { Machine } from "guardpage";
import { kernel32 } from "guardpage/kernel32";
import { CALIBRATION, verify } from "../harness.mjs";
import { MapOfPages } from "../tables/map-of-pages.mjs";
import { READ, TypedArrays, WRITE } from "../tables/typed-arrays.mjs";
import { callWorks, PAGES, Sizes } from "./call-works.mjs";
import { repeated } from "./repeat.mjs";

/** @typedef {import("../harness.mjs").Case} Case */

const { page: PAGE, small: SMALL, large: LARGE } = Sizes;
const READ_WRITE = READ | WRITE;

async function make() {
  const machine = await Machine.create({ profile: "win32" });
  const guest = machine.createProcess({ space: "windowed" });
  const works = callWorks(guest);
  return {
    guest,
    works,
    small: works.reserve(SMALL),
    large: works.reserve(LARGE),
  };
}

/** @type {ReturnType<typeof make> | undefined} */
let made;

/** What the two tables do instead, where they have such a thing. */
const instead = {
  /** @returns {Case[]} */
  commitPages() {
    const [typed, map] = [new TypedArrays(PAGES * PAGE), new MapOfPages()];
    const typedPages = () => {
      for (let at = 0; at < PAGES * PAGE; at += PAGE) typed.protect(at, PAGE, READ_WRITE);
      typed.protect(0, PAGES * PAGE, 0);
    };
    const mapPages = () => {
      for (let at = 0; at < PAGES * PAGE; at += PAGE) map.protect(at, PAGE, READ_WRITE);
      verify(map.pages.size === PAGES, "pages of the map");
      map.release(0, PAGES * PAGE);
    };
    return [repeated("typed arrays", typedPages, PAGES), repeated("map of pages", mapPages, PAGES)];
  },
  /** @returns {Case[]} */
  protectPage() {
    return [new TypedArrays(SMALL), new MapOfPages()].map((table) => {
      table.protect(0, SMALL, READ_WRITE);
      const name = table instanceof MapOfPages ? "map of pages" : "typed arrays";
      const work = () => {
        table.protect(0, PAGE, READ);
        table.protect(0, PAGE, READ_WRITE);
      };
      return repeated(name, work, 2);
    });
  },
  /** The rights alone: its bytes would not matter. @returns {Case[]} */
  protectLarge() {
    const rights = new Uint8Array(LARGE / PAGE).fill(READ_WRITE);
    const work = () => {
      rights.fill(READ);
      rights.fill(READ_WRITE);
    };
    return [repeated("typed arrays", work, 2)];
  },
};

/**
 * @typedef {object} Call
 * @property {string} id
 * @property {string} title
 * @property {(made: Awaited<ReturnType<typeof make>>) => () => void} work
 * @property {number} [operations]
 * @property {() => Case[]} [others]
 */

/** @type {Call[]} */
const CALLS = [
  {
    id: "allocate",
    title: "VirtualAlloc + VirtualFree, 64 KB",
    work: ({ works }) => works.allocate,
  },
  {
    id: "allocate-touched",
    title: "VirtualAlloc + VirtualFree, 64 KB, 16 pages touched",
    work: ({ works }) => works.allocateTouched,
  },
  {
    id: "commit",
    title: "commit one page",
    work: ({ works }) => works.commitPages(),
    operations: PAGES,
    others: instead.commitPages,
  },
  {
    id: "protect",
    title: "VirtualProtect, one page back and forth, each",
    work: ({ works, small }) => works.protect(small, PAGE),
    operations: 2,
    others: instead.protectPage,
  },
  {
    id: "protect-1gb",
    title: "VirtualProtect, 1 GB back and forth, each",
    work: ({ works, large }) => works.protect(large, LARGE),
    operations: 2,
    others: instead.protectLarge,
  },
  {
    id: "query",
    title: "VirtualQuery in 64 KB",
    work: ({ works, small }) => works.query(small, SMALL),
  },
  {
    id: "query-1gb",
    title: "VirtualQuery in 1 GB",
    work: ({ works, large }) => works.query(large, LARGE),
  },
  {
    id: "guard",
    title: "arm a guard, hit it, handler continues",
    work: ({ works }) => works.guard(works.reserve(SMALL)),
  },
  {
    id: "commit-on-fault",
    title: "commit on fault, handler continues",
    work: ({ works }) => works.commitOnFault(),
    operations: PAGES,
  },
  {
    id: "first-write",
    title: "first write to a watched page",
    work: ({ works }) => works.firstWrites(),
    operations: PAGES,
  },
  {
    id: "harvest",
    title: "harvest of the write watch, a page",
    work: ({ works }) => works.harvest(),
    operations: PAGES,
  },
  {
    id: "first-touch",
    title: "first touch of a page, and giving it back",
    work: ({ works }) => works.firstTouches(),
    operations: PAGES,
  },
];

/** @returns {import("./rows.mjs").Row[]} */
export function callRows() {
  return CALLS.map(({ id, title, work, operations, others }) => ({
    id: `call/js/${id}`,
    title: `${title}; from JavaScript`,
    kind: "call",
    async prepare() {
      made ??= make();
      const ready = await made;
      const ours = repeated("ours", work(ready), operations);
      return {
        cases: [ours, CALIBRATION, ...(others?.() ?? [])],
        verify() {
          ready.guest.verifySpace();
          verify(kernel32(ready.guest).GetLastError() === 0, "no call failed");
        },
      };
    },
  }));
}
