import { expect, it } from "vitest";
import { type MapSource, readMap } from "../../src/cli/map.ts";
import { mapText } from "../../src/cli/map-text.ts";
import { protectionText } from "../../src/cli/protection-text.ts";
import type { MemoryInformation } from "../../src/replay/trace.ts";

/**
 * Runs of a made-up process, without the free ones between them: base, size, allocation,
 * protections, type.
 */
const RUNS = [
  [0x400000, 0x1000, 0x400000, 0x80, 0x02, 0x1000000],
  [0x401000, 0x48c000, 0x400000, 0x80, 0x20, 0x1000000],
  [0x88d000, 0x3000, 0x400000, 0x80, 0x08, 0x1000000],
  [0x890000, 0x10000, 0x890000, 0x02, 0x02, 0x40000],
  [0xa00000, 0x100000, 0xa00000, 0x04, 0, 0x20000],
  [0xb00000, 0x1000, 0xb00000, 0x04, 0x104, 0x20000],
  [0xb01000, 0xff000, 0xb00000, 0x04, 0x04, 0x20000],
] as const;

class MadeUpProcess implements MapSource {
  readonly pointerBytes: 4 | 8;
  readonly #end: number;

  constructor(pointerBytes: 4 | 8) {
    this.pointerBytes = pointerBytes;
    this.#end = pointerBytes === 4 ? 0x7fff0000 : 0x7fffffff0000;
  }

  query(address: number): MemoryInformation | null {
    if (address >= this.#end) {
      return null;
    }
    const run = RUNS.find(([base, size]) => base <= address && address < base + size);
    if (run === undefined) {
      const next = RUNS.find(([base]) => base > address)?.[0] ?? this.#end;
      return {
        BaseAddress: address,
        AllocationBase: 0,
        AllocationProtect: 0,
        RegionSize: next - address,
        State: 0x10000,
        Protect: 1,
        Type: 0,
      };
    }
    const [base, size, AllocationBase, AllocationProtect, Protect, Type] = run;
    const State = Protect === 0 ? 0x2000 : 0x1000;
    const RegionSize = base + size - address;
    return {
      BaseAddress: address,
      AllocationBase,
      AllocationProtect,
      RegionSize,
      State,
      Protect,
      Type,
    };
  }

  touchedBytes(_base: number, size: number): number {
    return size > 0x4000 ? 0x3000 : 0;
  }
}

it("a map has a line for each region, its runs under it, and totals by type", () => {
  expect(`\n${mapText(readMap(new MadeUpProcess(4)))}\n`).toMatchInlineSnapshot(`
    "
    Base        End               Size  Type     Alloc   Committed     Touched  Pages
    00400000    0088FFFF       4,672 K  Image    WCX       4,672 K        12 K  3 runs
      00400000  00400FFF           4 K                         4 K         0 K  RO
      00401000  0088CFFF       4,656 K                     4,656 K        12 K  RX
      0088D000  0088FFFF          12 K                        12 K         0 K  WC
    00890000    0089FFFF          64 K  Mapped   RO           64 K        12 K  RO
    00A00000    00AFFFFF       1,024 K  Private  RW            0 K         0 K  reserved
    00B00000    00BFFFFF       1,024 K  Private  RW        1,024 K        12 K  2 runs
      00B00000  00B00FFF           4 K                         4 K         0 K  RW+G
      00B01000  00BFFFFF       1,020 K                     1,020 K        12 K  RW

    Type       Count              Size      Committed        Touched           Largest
    Image          1           4,672 K        4,672 K           12 K           4,672 K
    Mapped         1              64 K           64 K           12 K              64 K
    Private        2           2,048 K        1,024 K           12 K           1,024 K
    Total          4           6,784 K        5,760 K           36 K           4,672 K
    Free           3       2,090,304 K                                     2,084,800 K

    Largest free block: 2,084,800 K at 00C00000
    "
  `);
});

it("64-bit addresses have sixteen digits, and lines still at most 100 characters", () => {
  const lines = mapText(readMap(new MadeUpProcess(8))).split("\n");
  expect(lines[1]).toMatch(/^0000000000400000 {4}000000000088FFFF /);
  expect(lines.at(-1)).toBe("Largest free block: 137,438,941,120 K at 0000000000C00000");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
});

it.each([
  [0x00, "-"],
  [0x01, "NA"],
  [0x02, "RO"],
  [0x04, "RW"],
  [0x08, "WC"],
  [0x10, "X"],
  [0x20, "RX"],
  [0x40, "RWX"],
  [0x80, "WCX"],
  [0x102, "RO+G"],
  [0x204, "RW+NC"],
  [0x404, "RW+WCM"],
  [0x304, "RW+G+NC"],
])("protection %i is %s", (protection, text) => {
  expect(protectionText(protection)).toBe(text);
});
