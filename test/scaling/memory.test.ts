import { describe, expect, test } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { CountingMachine, PAGE, type Place, UNIT } from "./counting-machine.ts";
import { memoryOf, pagesChanged } from "./linear-memory.ts";

const KB = 2 ** 10;
const MB = 2 ** 20;
const REGIONS = 4096;

/** Bytes of linear memory, in pages of 4 KB, that an action writes to. */
function written(machine: CountingMachine, action: () => void): number {
  const before = memoryOf(machine);
  action();
  return pagesChanged(before, memoryOf(machine)) * PAGE;
}

const PLACES: readonly Place[] = ["win64", "win32"];

describe.each(PLACES)("linear memory in %s", (place) => {
  test("an empty process writes at most 256 KB", () => {
    const machine = new CountingMachine(place);
    expect(written(machine, () => machine.createProcess())).toBeLessThanOrEqual(256 * KB);
  });

  test("a region costs at most 128 bytes", () => {
    const machine = new CountingMachine(place);
    const bytes = written(machine, () => {
      for (let count = 0; count < REGIONS; count++) {
        machine.allocate(0, UNIT, MEM_RESERVE, PAGE_READWRITE);
      }
    });
    expect(bytes / REGIONS).toBeLessThanOrEqual(128);
  });

  test("regions that are put between others cost at most 150 bytes each", () => {
    const machine = new CountingMachine(place);
    const bytes = written(machine, () => {
      for (let count = 0; count < REGIONS; count++) {
        const place = (count * 2731) % REGIONS;
        machine.allocate(0x1000000 + place * UNIT, UNIT, MEM_RESERVE, PAGE_READWRITE);
      }
    });
    expect(bytes / REGIONS).toBeLessThanOrEqual(150);
  });

  test("256 MB committed cost at most 32 KB", () => {
    const machine = new CountingMachine(place);
    const commit = () => machine.allocate(0, 256 * MB, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    expect(written(machine, commit)).toBeLessThanOrEqual(32 * KB);
  });

  test("a megabyte that is touched costs at most 11 KB beside its bytes", () => {
    const machine = new CountingMachine(place);
    const base = machine.allocate(0, 64 * MB, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    // A page that is only read stays zero, and would not be seen.
    const bytes = written(machine, () => {
      for (let at = 0; at < 64 * MB; at += PAGE) machine.write(base + at);
    });
    expect(bytes / 64).toBeGreaterThanOrEqual(MB);
    expect(bytes / 64).toBeLessThanOrEqual(MB + 11 * KB);
  });
});
