/**
 * Prints bytes of JavaScript heap that an access takes, by name, as JSON. Run with a new space so
 * large that no collection comes in between.
 */
const entry = (/** @type {string} */ name) => {
  return import(new URL(`../../dist/${name}.js`, import.meta.url).href);
};
const { Machine } = await entry("index");
const { kernel32 } = await entry("kernel32");

const TIMES = 80_000;
const CALLS = 300;
const BASE = 0x50000000;
const PAGE = 0x1000;
const PAGES = 64;

/** @param {number} times @param {() => void} access compiled by the time that counts */
function heapBytes(times, access) {
  const rounds = [];
  for (let round = 0; round < 5; round++) {
    const before = process.memoryUsage().heapUsed;
    access();
    rounds.push((process.memoryUsage().heapUsed - before) / times);
  }
  return Math.min(...rounds);
}

const machine = await Machine.create({ profile: "win32" });
/** @type {Record<string, number>} */
const results = {};
for (const space of ["windowed", "translated"]) {
  const guest = machine.createProcess({ space });
  const { memory } = guest;
  const { VirtualAlloc, CreateFileMapping, MapViewOfFileEx } = kernel32(guest);
  VirtualAlloc(BASE, 1025 * PAGE, 0x3000, 4);
  memory.fill(BASE, 1, 1025 * PAGE);
  const section = CreateFileMapping(0xffffffff, null, 4, 0, PAGE, null);
  const elsewhere = MapViewOfFileEx(section, 2, 0, 0, 0, BASE + 0x1000000);
  memory.setFloat64(elsewhere, 1.5);
  const places = {
    fast: [BASE, BASE + 8],
    "over pages": [BASE + PAGE - 1, BASE + 2 * PAGE - 1],
    slow: space === "windowed" ? [elsewhere, elsewhere + 8] : [BASE, BASE + 1024 * PAGE],
  };
  for (const [place, [one, other]] of Object.entries(places)) {
    for (const type of ["Uint8", "Int16", "Uint32", "Int32", "Float32", "Float64", "BigUint64"]) {
      // A function of its own for each, as a program that makes one kind of access has it.
      const loop = new Function(
        ...["memory", "one", "other", "times", "value"],
        `let sum = value;
        for (let i = 0; i < times; i += 4) {
          memory.set${type}(one, value);
          memory.set${type}(other, value);
          sum = memory.get${type}(one);
          sum = memory.get${type}(other);
        }
        return sum === value;`,
      );
      const value = type === "BigUint64" ? 5n : type.startsWith("Float") ? 1.5 : 5;
      results[`${space} ${place} ${type}`] = heapBytes(TIMES, () => {
        if (!loop(memory, one, other, TIMES, value)) throw new Error("another value");
      });
    }
  }
  const target = new Uint8Array(PAGES * PAGE);
  /** @type {Record<string, (length: number) => void>} */
  const bulk = {
    copy: (length) => memory.copy(BASE + 0x100000, BASE, length),
    fill: (length) => memory.fill(BASE, 1, length),
    read: (length) => memory.read(BASE, target.subarray(0, length)),
    write: (length) => memory.write(BASE, target.subarray(0, length)),
  };
  for (const [name, operation] of Object.entries(bulk)) {
    for (const pages of [1, PAGES]) {
      results[`${space} ${name} ${pages}`] = heapBytes(CALLS, () => {
        for (let i = 0; i < CALLS; i++) operation(pages * PAGE);
      });
    }
  }
}
console.log(JSON.stringify(results));
