import { afterAll, expect, it } from "vitest";
import { guardpage, HEADER, recorded, Scratch } from "./guardpage.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const ALLOC = {
  call: "VirtualAlloc",
  args: ["0x50000", "0x3000", "0x2000", "0x4"],
  return: "0x50000",
};

it("prints the memory map after the last call, and nothing else", () => {
  const file = scratch.trace(
    HEADER,
    ALLOC,
    { ...ALLOC, args: ["0x51000", "0x2000", "0x1000", "0x40"], return: "0x51000" },
    { call: "store", args: ["0x52000", "0x1", "0x1"] },
  );
  const { code, stdout, stderr } = guardpage("map", file);
  expect([code, stderr]).toEqual([0, ""]);
  expect(`\n${stdout}`).toMatchInlineSnapshot(`
    "
    Base        End               Size  Type     Alloc   Committed     Touched  Pages
    00050000    00052FFF          12 K  Private  RW            8 K         4 K  2 runs
      00050000  00050FFF           4 K                                          reserved
      00051000  00052FFF           8 K                         8 K         4 K  RWX
    7FFE0000    7FFEFFFF          64 K  Private  RO            4 K         0 K  2 runs
      7FFE0000  7FFE0FFF           4 K                         4 K         0 K  RO
      7FFE1000  7FFEFFFF          60 K                                          reserved

    Type       Count              Size      Committed        Touched           Largest
    Image          0               0 K            0 K            0 K               0 K
    Mapped         0               0 K            0 K            0 K               0 K
    Private        2              76 K           12 K            4 K              64 K
    Total          2              76 K           12 K            4 K              64 K
    Free           2       2,097,012 K                                     2,096,692 K

    Largest free block: 2,096,692 K at 00053000
    "
  `);
});

it("shows the images, views and stacks of a recorded program, in at most 100 columns", () => {
  for (const name of ["esbuild-ia32-minify", "esbuild-x64-minify", "biome-x64-format"]) {
    const { code, stdout, stderr } = guardpage("map", recorded(name));
    expect([code, stderr]).toEqual([0, ""]);
    for (const text of ["Image", "Mapped", "Private", "RW+G", "Largest free block: "]) {
      expect(stdout).toContain(text);
    }
    const widths = stdout.split("\n").map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(100);
  }
});

it("--map of replay prints the same map before the file's line", () => {
  const file = recorded("esbuild-ia32-bundle");
  const map = guardpage("map", file).stdout;
  const { code, stdout } = guardpage("replay", "--map", file);
  expect(code).toBe(0);
  expect(stdout.startsWith(`${map}\n${file}: win32 windowed, 173 passed`)).toBe(true);
});

it("warns where calls answered differently, and exits with 1", () => {
  const file = scratch.trace(HEADER, ALLOC, { ...ALLOC, return: "0x60000" });
  const { code, stdout, stderr } = guardpage("map", file);
  expect(code).toBe(1);
  expect(stdout).toContain("00050000");
  expect(stderr).toBe(
    `guardpage: ${file}: 1 of 2 calls answered differently, so the map is not the program's\n`,
  );
});
