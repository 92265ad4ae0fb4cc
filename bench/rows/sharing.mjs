/** What it costs that frames are shared: reads, first writes and pages that come from elsewhere. */
import { Machine, MemoryFile, MemoryPageStore } from "guardpage";
import { MEM_COMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_READWRITE } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { CALIBRATION, verify } from "../harness.mjs";
import { repeated } from "./repeat.mjs";

/** @typedef {import("guardpage").Process} Process */

const PAGE = 0x1000;
const PAGES = 64;
const BYTES = PAGES * PAGE;
const READS = 4096;
const SUM_OF_READS = (READS / PAGES) * ((PAGES * (PAGES - 1)) / 2);
const FILE_MAP_COPY = 1;
const FILE_MAP_WRITE = 2;
const NO_FILE = -1;
const RESERVE_COMMIT = MEM_RESERVE | MEM_COMMIT;

/** A view of a section, and a region of its own, with the same words. @param {Process} guest */
function memoryOf(guest) {
  const { CreateFileMapping, MapViewOfFile, VirtualAlloc } = kernel32(guest);
  const section = CreateFileMapping(NO_FILE, null, PAGE_READWRITE, 0, BYTES, null);
  const view = Number(MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0));
  const own = Number(VirtualAlloc(0, BYTES, RESERVE_COMMIT, PAGE_READWRITE));
  for (let page = 0; page < PAGES; page += 1) {
    guest.memory.setUint32(view + page * PAGE, page);
    guest.memory.setUint32(own + page * PAGE, page);
  }
  return { guest, section, view, own };
}

/** @param {Process} guest @param {number} base */
function reads({ memory }, base) {
  return () => {
    let sum = 0;
    for (let read = 0; read < READS; read += 1) {
      sum += memory.getUint32(base + (read % PAGES) * PAGE);
    }
    verify(sum === SUM_OF_READS, "sum of the reads");
  };
}

/** @param {Process} guest @param {number} base */
function writePages({ memory }, base) {
  for (let page = 0; page < PAGES; page += 1) memory.setUint32(base + page * PAGE, 1);
}

/** Private pages, each written for the first time. @param {Process} guest */
function ownWrites(guest) {
  const { VirtualAlloc, VirtualFree } = kernel32(guest);
  return () => {
    const base = Number(VirtualAlloc(0, BYTES, RESERVE_COMMIT, PAGE_READWRITE));
    writePages(guest, base);
    verify(VirtualFree(base, 0, MEM_RELEASE) === 1, "VirtualFree");
  };
}

/** Pages of a copy-on-write view. @param {ReturnType<typeof memoryOf>} memory */
function copiedWrites({ guest, section }) {
  const { MapViewOfFile, UnmapViewOfFile } = kernel32(guest);
  return () => {
    const base = Number(MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0));
    writePages(guest, base);
    verify(UnmapViewOfFile(base) === 1, "UnmapViewOfFile");
  };
}

/** Pages of a file, mapped and read. @param {Process} guest */
function fileReads(guest) {
  const { CreateFileMapping, MapViewOfFile, UnmapViewOfFile, CloseHandle } = kernel32(guest);
  const file = new MemoryFile();
  file.resize(BYTES);
  return () => {
    const handle = guest.openFile(file);
    const section = CreateFileMapping(handle, null, PAGE_READWRITE, 0, 0, null);
    const base = Number(MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0));
    for (let page = 0; page < PAGES; page += 1) {
      verify(guest.memory.getUint8(base + page * PAGE) === 0, "a byte of the file");
    }
    UnmapViewOfFile(base);
    CloseHandle(section);
    CloseHandle(handle);
  };
}

/** Twice the pages that there are, one after the other. @param {Process} guest */
function pageOutAndIn(guest) {
  const base = Number(kernel32(guest).VirtualAlloc(0, 2 * BYTES, RESERVE_COMMIT, PAGE_READWRITE));
  let value = 0;
  return () => {
    for (let page = 0; page < 2 * PAGES; page += 1) {
      verify(guest.memory.getUint8(base + page * PAGE) === value, "what was stored");
      guest.memory.setUint8(base + page * PAGE, (value + 1) & 0xff);
    }
    value = (value + 1) & 0xff;
  };
}

async function make() {
  const machine = await Machine.create({ profile: "win32" });
  const pageStore = new MemoryPageStore();
  const paged = await Machine.create({ profile: "win32", physicalPages: PAGES, pageStore });
  return {
    windowed: memoryOf(machine.createProcess({ space: "windowed" })),
    translated: memoryOf(machine.createProcess({ space: "translated" })),
    small: paged.createProcess(),
  };
}

/** @typedef {Awaited<ReturnType<typeof make>>} Made */

/** @type {[id: string, title: string, operations: number, (made: Made) => () => void][]} */
const WORKS = [
  [
    "own/windowed",
    "read a page of its own, windowed",
    READS,
    (made) => reads(made.windowed.guest, made.windowed.own),
  ],
  [
    "view/windowed",
    "read a shared page, windowed",
    READS,
    (made) => reads(made.windowed.guest, made.windowed.view),
  ],
  [
    "own/translated",
    "read a page of its own, translated",
    READS,
    (made) => reads(made.translated.guest, made.translated.own),
  ],
  [
    "view/translated",
    "read a shared page, translated",
    READS,
    (made) => reads(made.translated.guest, made.translated.view),
  ],
  [
    "first-write",
    "first write to a page of its own",
    PAGES,
    (made) => ownWrites(made.windowed.guest),
  ],
  ["copy", "first write to a copy-on-write page", PAGES, (made) => copiedWrites(made.windowed)],
  ["file", "a page of a file comes", PAGES, (made) => fileReads(made.windowed.guest)],
  ["page-out", "a page leaves, another comes", 2 * PAGES, (made) => pageOutAndIn(made.small)],
];

/** @returns {import("./rows.mjs").Row[]} */
export function sharingRows() {
  /** @type {ReturnType<typeof make> | undefined} */
  let made;
  return WORKS.map(([id, title, operations, work]) => ({
    id: `sharing/${id}`,
    title,
    kind: "call",
    async prepare() {
      made ??= make();
      const ready = await made;
      return {
        cases: [repeated("ours", work(ready), operations), CALIBRATION],
        verify() {
          for (const { guest } of [ready.windowed, ready.translated]) guest.verifySpace();
          ready.small.verifySpace();
        },
      };
    },
  }));
}
