/** Calls from JavaScript, in nanoseconds, and what page tables in JavaScript have of them. */
import { Machine } from "guardpage";
import { kernel32 } from "guardpage/kernel32";
import { CALIBRATION, verify } from "../harness.mjs";
import { MapOfPages } from "../tables/map-of-pages.mjs";
import { READ, TypedArrays, WRITE } from "../tables/typed-arrays.mjs";
import { callWorks, PAGES, Sizes } from "./call-works.mjs";
import { prepared, repeated } from "./repeat.mjs";

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
 * @property {(made: Awaited<ReturnType<typeof make>>) => Case} ours
 * @property {() => Case[]} [others]
 */

/** @type {Call[]} */
const CALLS = [
  {
    id: "allocate",
    title: "VirtualAlloc + VirtualFree, 64 KB",
    ours: ({ works }) => repeated("ours", works.allocate),
  },
  {
    id: "allocate-touched",
    title: "VirtualAlloc + VirtualFree, 64 KB, 16 pages touched",
    ours: ({ works }) => repeated("ours", works.allocateTouched),
  },
  {
    id: "commit",
    title: "commit one page",
    ours: ({ works }) => repeated("ours", works.commitPages(), PAGES),
    others: instead.commitPages,
  },
  {
    id: "protect",
    title: "VirtualProtect, one page back and forth, each",
    ours: ({ works, small }) => repeated("ours", works.protect(small, PAGE), 2),
    others: instead.protectPage,
  },
  {
    id: "protect-1gb",
    title: "VirtualProtect, 1 GB back and forth, each",
    ours: ({ works, large }) => repeated("ours", works.protect(large, LARGE), 2),
    others: instead.protectLarge,
  },
  {
    id: "query",
    title: "VirtualQuery in 64 KB",
    ours: ({ works, small }) => repeated("ours", works.query(small, SMALL)),
  },
  {
    id: "query-1gb",
    title: "VirtualQuery in 1 GB",
    ours: ({ works, large }) => repeated("ours", works.query(large, LARGE)),
  },
  {
    id: "guard",
    title: "arm a guard, hit it, handler continues",
    ours: ({ works }) => repeated("ours", works.guard(works.reserve(SMALL))),
  },
  {
    id: "commit-on-fault",
    title: "commit on fault, handler continues",
    ours: ({ works }) => repeated("ours", works.commitOnFault(), PAGES),
  },
  {
    id: "first-write",
    title: "first write to a watched page",
    ours: ({ works }) => repeated("ours", works.firstWrites(), PAGES),
  },
  {
    id: "harvest",
    title: "harvest of the write watch, a page",
    ours({ works }) {
      const { before, work } = works.harvest();
      return prepared(before, work, PAGES);
    },
  },
  {
    id: "first-touch",
    title: "first touch of a page, and giving it back",
    ours: ({ works }) => repeated("ours", works.firstTouches(), PAGES),
  },
];

/** @returns {import("./rows.mjs").Row[]} */
export function callRows() {
  return CALLS.map(({ id, title, ours, others }) => ({
    id: `call/js/${id}`,
    title: `${title}; from JavaScript`,
    kind: "call",
    async prepare() {
      made ??= make();
      const ready = await made;
      return {
        cases: [ours(ready), CALIBRATION, ...(others?.() ?? [])],
        verify() {
          ready.guest.verifySpace();
          verify(kernel32(ready.guest).GetLastError() === 0, "no call failed");
        },
      };
    },
  }));
}
