/** What it costs that frames are shared: reads, first writes and pages that come from elsewhere. */
import { Machine, MemoryFile, MemoryPageStore } from "guardpage";
import { MEM_COMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_READWRITE } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { measure } from "./harness.mjs";

const ROUNDS = 21;
const PAGE = 0x1000;
const PAGES = 64;
const BYTES = PAGES * PAGE;
const READS = 4096;
const FILE_MAP_COPY = 1;
const FILE_MAP_WRITE = 2;
const NO_FILE = -1;

/** @param {boolean} holds @param {string} what */
function verify(holds, what) {
  if (!holds) throw new Error(`wrong result: ${what}`);
}

/** @param {import("guardpage").Process} process */
function memoryOf(process) {
  const { CreateFileMapping, MapViewOfFile, VirtualAlloc } = kernel32(process);
  const section = CreateFileMapping(NO_FILE, null, PAGE_READWRITE, 0, BYTES, null);
  const view = Number(MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0));
  const own = Number(VirtualAlloc(0, BYTES, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE));
  for (let page = 0; page < PAGES; page += 1) {
    process.memory.setUint32(view + page * PAGE, page);
    process.memory.setUint32(own + page * PAGE, page);
  }
  return { process, section, view, own };
}

/** @param {import("guardpage").Process} process @param {number} base */
function reads(process, base) {
  const { memory } = process;
  return () => {
    let sum = 0;
    for (let read = 0; read < READS; read += 1)
      sum += memory.getUint32(base + (read % PAGES) * PAGE);
    verify(sum === (READS / PAGES) * ((PAGES * (PAGES - 1)) / 2), "sum of the reads");
  };
}

const machine = await Machine.create({ profile: "win32" });
const windowed = memoryOf(machine.createProcess({ space: "windowed" }));
const translated = memoryOf(machine.createProcess({ space: "translated" }));

/** First writes to private pages, and to pages of a copy-on-write view. */
function firstWrites(/** @type {typeof windowed} */ { process, section }) {
  const { MapViewOfFile, UnmapViewOfFile, VirtualAlloc, VirtualFree } = kernel32(process);
  const write = (/** @type {number} */ base) => {
    for (let page = 0; page < PAGES; page += 1) process.memory.setUint32(base + page * PAGE, 1);
  };
  return {
    own() {
      const base = Number(VirtualAlloc(0, BYTES, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE));
      write(base);
      verify(VirtualFree(base, 0, MEM_RELEASE) === 1, "VirtualFree");
    },
    copied() {
      const base = Number(MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0));
      write(base);
      verify(UnmapViewOfFile(base) === 1, "UnmapViewOfFile");
    },
  };
}

const paged = await Machine.create({
  profile: "win32",
  physicalPages: PAGES,
  pageStore: new MemoryPageStore(),
});
const small = paged.createProcess();
const large = Number(
  kernel32(small).VirtualAlloc(0, 2 * BYTES, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE),
);
const file = new MemoryFile();
file.resize(BYTES);

function fileReads() {
  const { CreateFileMapping, MapViewOfFile, UnmapViewOfFile, CloseHandle } = kernel32(
    windowed.process,
  );
  const handle = windowed.process.openFile(file);
  const section = CreateFileMapping(handle, null, PAGE_READWRITE, 0, 0, null);
  const base = Number(MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0));
  for (let page = 0; page < PAGES; page += 1) windowed.process.memory.getUint8(base + page * PAGE);
  UnmapViewOfFile(base);
  CloseHandle(section);
  CloseHandle(handle);
}

const first = firstWrites(windowed);

function pageOutAndIn() {
  for (let page = 0; page < 2 * PAGES; page += 1) small.memory.setUint8(large + page * PAGE, 1);
}

/** @param {string} name @param {() => void} work @param {number} operations */
function repeated(name, work, operations) {
  const run = (/** @type {number} */ iterations) => {
    for (; iterations > 0; iterations -= 1) work();
  };
  return { name, run, operations };
}

const results = measure(
  [
    repeated("read own page, windowed", reads(windowed.process, windowed.own), READS),
    repeated("read shared page, windowed", reads(windowed.process, windowed.view), READS),
    repeated("read own page, translated", reads(translated.process, translated.own), READS),
    repeated("read shared page, translated", reads(translated.process, translated.view), READS),
    repeated("first write, own page", first.own, PAGES),
    repeated("first write, copied page", first.copied, PAGES),
    repeated("page of a file comes", fileReads, PAGES),
    repeated("page leaves, another comes", pageOutAndIn, 2 * PAGES),
  ],
  ROUNDS,
);
for (const { process } of [windowed, translated]) process.verifySpace();
small.verifySpace();

console.log(`median of ${ROUNDS} interleaved samples, Node.js ${process.version}\n`);
for (const [name, nanoseconds] of results) {
  console.log(`${name.padEnd(32)}${nanoseconds.toFixed(1).padStart(10)} ns`);
}
