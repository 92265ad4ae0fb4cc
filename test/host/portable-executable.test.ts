import { describe, expect, test } from "vitest";
import {
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_READONLY,
  STATUS_INVALID_FILE_FOR_SECTION,
  STATUS_INVALID_IMAGE_FORMAT,
  STATUS_INVALID_IMAGE_NOT_MZ,
} from "../../src/constants.ts";
import { MemoryFile } from "../../src/index.ts";
import { type PortableExecutable, readPortableExecutable } from "../../src/portable-executable.ts";
import { ADOPTED_RUNS_MAXIMUM } from "../../src/wasm/runs.ts";
import {
  EXECUTE,
  type ProgramOptions,
  pattern,
  program,
  READ,
  WRITE,
} from "../setup/portable-executable.ts";
import { pick, randomFrom } from "../unit/random.ts";

const NT = 0x80;
const FILE_HEADER = NT + 4;
const OPTIONAL = NT + 24;
const CODE = { contents: pattern(0x600, 1), virtualBytes: 0x1800, characteristics: READ | EXECUTE };
const DATA = { contents: pattern(0x300, 2), characteristics: READ | WRITE };
const SECTIONS = [CODE, DATA];

function read(contents: Uint8Array): PortableExecutable | number {
  return readPortableExecutable(new MemoryFile({ contents }));
}

function accepted(options: ProgramOptions): PortableExecutable {
  const executable = read(program(options));
  if (typeof executable === "number") throw new Error(`refused: ${executable.toString(16)}`);
  return executable;
}

/** The program with some of its header fields overwritten: offset, bytes, value. */
function broken(fields: [at: number, bytes: 1 | 2 | 4, value: number][], wide = false): Uint8Array {
  const bytes = program({ wide, sections: SECTIONS });
  const view = new DataView(bytes.buffer);
  for (const [at, width, value] of fields) {
    if (width === 4) view.setUint32(at, value, true);
    else if (width === 2) view.setUint16(at, value, true);
    else view.setUint8(at, value);
  }
  return bytes;
}

const TABLE_32 = OPTIONAL + 96;

describe("headers that are accepted", () => {
  test.each([false, true])("the layout of the image, 64-bit %s", (wide) => {
    const base = wide ? 0xffff_ffff_ffff_0000n : 0xffff_0000n;
    expect(accepted({ wide, base, sections: SECTIONS, headerBytes: 0x700 })).toMatchObject({
      base: Number(base),
      sizeBytes: 0x4000,
      runs: [
        { pages: 1, protect: PAGE_READONLY },
        { pages: 2, protect: PAGE_EXECUTE_READ },
        { pages: 1, protect: 8 },
      ],
      extents: [
        { offset: 0, position: 0, sizeBytes: 0x700 },
        { offset: 0x1000, position: 0x700, sizeBytes: 0x600 },
        { offset: 0x3000, position: 0xd00, sizeBytes: 0x300 },
      ],
    });
  });

  test("an entry point beyond what a number can hold is a bigint", () => {
    const { information } = accepted({ wide: true, base: 1n << 60n, entry: 0x11 });
    expect(information.TransferAddress).toBe((1n << 60n) + 0x11n);
  });

  test("a program without sections is its headers", () => {
    const { runs, information } = accepted({ headerBytes: 0x1001, imageBytes: 0x5000, entry: 0 });
    expect(runs).toEqual([
      { pages: 2, protect: PAGE_READONLY },
      { pages: 3, protect: 0 },
    ]);
    expect(information.ImageContainsCode).toBe(0);
  });

  test("sections aligned to less than a page: the file as it is", () => {
    const options = { sections: SECTIONS, sectionAlignment: 0x20, fileAlignment: 0x20 };
    const executable = accepted({ ...options, imageBytes: 0x2345 });
    expect(executable.runs).toEqual([{ pages: 3, protect: PAGE_EXECUTE_WRITECOPY }]);
    expect(executable.extents).toEqual([{ offset: 0, position: 0, sizeBytes: 0xd00 }]);
    expect(executable.information).toMatchObject({ ImageFlags: 8, ImageContainsCode: 1 });
    expect(read(program({ ...options, fileAlignment: 0x40 }))).toBe(STATUS_INVALID_IMAGE_FORMAT);
  });

  test("96 sections, and no more", () => {
    const sections = (count: number) => {
      return Array.from({ length: count }, () => ({ virtualBytes: 1, characteristics: READ }));
    };
    expect(accepted({ headerBytes: 0x2000, sections: sections(96) }).sizeBytes).toBe(98 * 0x1000);
    const bytes = program({ headerBytes: 0x2000, sections: sections(97) });
    expect(read(bytes)).toBe(STATUS_INVALID_IMAGE_FORMAT);
  });

  test("headers behind the first page", () => {
    const { runs } = accepted({ headersAt: 0x1800, headerBytes: 0x2000, sections: SECTIONS });
    expect(runs[0]).toEqual({ pages: 2, protect: PAGE_READONLY });
  });
});

const REFUSED: readonly [why: string, contents: Uint8Array, status: number][] = [
  ["empty", new Uint8Array(0), STATUS_INVALID_FILE_FOR_SECTION],
  ["63 bytes", program().subarray(0, 63), STATUS_INVALID_IMAGE_NOT_MZ],
  ["no MZ", broken([[0, 2, 0x4d5a]]), STATUS_INVALID_IMAGE_NOT_MZ],
  ["headers behind the file", broken([[0x3c, 4, 0xfffffff0]]), STATUS_INVALID_IMAGE_FORMAT],
  ["no PE", broken([[NT, 4, 0x454e]]), STATUS_INVALID_IMAGE_FORMAT],
  ["another magic", broken([[OPTIONAL, 2, 0x107]]), STATUS_INVALID_IMAGE_FORMAT],
  ["short headers", broken([[FILE_HEADER + 16, 2, 95]]), STATUS_INVALID_IMAGE_FORMAT],
  ["short wide headers", broken([[FILE_HEADER + 16, 2, 111]], true), STATUS_INVALID_IMAGE_FORMAT],
  ["long headers", broken([[FILE_HEADER + 16, 2, 0xffff]]), STATUS_INVALID_IMAGE_FORMAT],
  ["sections that are not there", broken([[FILE_HEADER + 2, 2, 90]]), STATUS_INVALID_IMAGE_FORMAT],
  ["base inside a granule", broken([[OPTIONAL + 28, 4, 0x401000]]), STATUS_INVALID_IMAGE_FORMAT],
  ["a far base", broken([[OPTIONAL + 24, 2, 5]], true), STATUS_INVALID_IMAGE_FORMAT],
  ["no alignment", broken([[OPTIONAL + 32, 4, 0]]), STATUS_INVALID_IMAGE_FORMAT],
  ["alignment 3000", broken([[OPTIONAL + 32, 4, 0x3000]]), STATUS_INVALID_IMAGE_FORMAT],
  ["no size", broken([[OPTIONAL + 56, 4, 0]]), STATUS_INVALID_IMAGE_FORMAT],
  ["too small", broken([[OPTIONAL + 56, 4, 0x3000]]), STATUS_INVALID_IMAGE_FORMAT],
  ["large headers", broken([[OPTIONAL + 60, 4, 0x80000000]]), STATUS_INVALID_IMAGE_FORMAT],
  ["section in headers", broken([[TABLE_32 + 12, 4, 0]]), STATUS_INVALID_IMAGE_FORMAT],
  ["section inside a page", broken([[TABLE_32 + 12, 4, 0x1010]]), STATUS_INVALID_IMAGE_FORMAT],
  ["section behind a gap", broken([[TABLE_32 + 52, 4, 0x4000]]), STATUS_INVALID_IMAGE_FORMAT],
  ["section over another", broken([[TABLE_32 + 52, 4, 0x2000]]), STATUS_INVALID_IMAGE_FORMAT],
  ["section without end", broken([[TABLE_32 + 8, 4, 0xffffffff]]), STATUS_INVALID_IMAGE_FORMAT],
  ["bytes behind the file", broken([[TABLE_32 + 20, 4, 0x801]]), STATUS_INVALID_IMAGE_FORMAT],
  ["far bytes", broken([[TABLE_32 + 20, 4, 0xffffffff]]), STATUS_INVALID_IMAGE_FORMAT],
  [
    "section of nothing",
    broken([
      [TABLE_32 + 48, 4, 0],
      [TABLE_32 + 56, 4, 0],
    ]),
    STATUS_INVALID_IMAGE_FORMAT,
  ],
];

test.each(REFUSED)("refused: %s (7.1#13)", (_why, contents, status) => {
  expect(read(contents)).toBe(status);
});

test("a file that is shorter than it says is refused; a failure is passed on", () => {
  const file = new MemoryFile({ contents: program({ sections: SECTIONS }) });
  const lying = { sizeBytes: 0x10000, read: () => 1 };
  expect(readPortableExecutable(lying)).toBe(STATUS_INVALID_IMAGE_NOT_MZ);
  const failing = {
    sizeBytes: file.sizeBytes,
    read: () => {
      throw new Error("broken");
    },
  };
  expect(() => readPortableExecutable(failing)).toThrow("broken");
});

const STATUSES = [
  STATUS_INVALID_FILE_FOR_SECTION,
  STATUS_INVALID_IMAGE_FORMAT,
  STATUS_INVALID_IMAGE_NOT_MZ,
];

test.each([1, 2, 3])("whatever a file holds, the answer holds together, seed %i", (seed) => {
  const random = randomFrom(seed);
  const programs = [false, true].map((wide) => program({ wide, sections: SECTIONS }));
  let soundCount = 0;
  for (let round = 0; round < 4000; round++) {
    const bytes = pick(programs, random).slice();
    for (let flips = random(4); flips >= 0; flips--) {
      bytes[random(4) === 0 ? random(bytes.length) : random(0x140)] = pick(
        [0, 1, 0x10, 0x80, 0xff, random(256)],
        random,
      );
    }
    const contents = random(4) === 0 ? bytes.subarray(0, random(bytes.length + 1)) : bytes;
    const answer = read(contents);
    if (typeof answer === "number") {
      expect(STATUSES).toContain(answer);
      continue;
    }
    soundCount++;
    const { runs, extents, sizeBytes } = answer;
    expect(runs.reduce((sum, { pages }) => sum + pages, 0)).toBe(sizeBytes / 0x1000);
    expect(runs.every(({ pages }) => Number.isInteger(pages) && pages > 0)).toBe(true);
    expect(runs.length).toBeLessThan(ADOPTED_RUNS_MAXIMUM);
    for (const { offset, position, sizeBytes: part } of extents) {
      expect(position + part).toBeLessThanOrEqual(contents.length);
      expect(offset + part).toBeLessThanOrEqual(sizeBytes);
    }
  }
  expect(soundCount).toBeGreaterThan(500);
});
