import { describe, expect, test } from "vitest";
import {
  FILE_MAP_ALL_ACCESS,
  FILE_MAP_COPY,
  FILE_MAP_EXECUTE,
  PAGE_READWRITE,
  STATUS_ACCESS_DENIED,
  STATUS_SECTION_PROTECTION,
} from "../../src/constants.ts";
import { ALL_PROTECTIONS, createSectionGuest, GRANULE } from "./section-guest.ts";
import { BASE, PAGE } from "./support.ts";

/** 7.3, first table. */
const VIEW_PROTECTIONS: readonly [access: number, protect: number][] = [
  ...[0, 8, 0x10, FILE_MAP_EXECUTE].map((access) => [access, 0x01] as [number, number]),
  [FILE_MAP_COPY, 0x08],
  ...[2, 3, 6, 7, 0xa].map((access) => [access, 0x04] as [number, number]),
  ...[4, 5, 0xc].map((access) => [access, 0x02] as [number, number]),
  [FILE_MAP_ALL_ACCESS, 0x04],
  [0x21, 0x80],
  [0x22, 0x40],
  [0x26, 0x40],
  [0x24, 0x20],
  [FILE_MAP_ALL_ACCESS | FILE_MAP_EXECUTE, 0x40],
];

/** 7.3, second table: created with, and the view protections that are allowed. */
const VIEWS_ALLOWED: readonly [created: number, allowed: readonly number[]][] = [
  [0x02, [0x01, 0x02, 0x08]],
  [0x08, [0x01, 0x02, 0x08]],
  [0x04, [0x01, 0x02, 0x04, 0x08]],
  [0x20, [0x01, 0x02, 0x08, 0x10, 0x20, 0x80]],
  [0x80, [0x01, 0x02, 0x08, 0x10, 0x20, 0x80]],
  [0x40, [...ALL_PROTECTIONS]],
];

test("a bulk access goes on from a view into the private memory behind it", async () => {
  const guest = await createSectionGuest({ profile: "win32" });
  expect(guest.process.space).toBe("windowed");
  const last = guest.view(guest.mapping(16), FILE_MAP_ALL_ACCESS, { base: BASE - GRANULE });
  guest.pages(1, PAGE_READWRITE, last + GRANULE);
  guest.memory.fill(last + GRANULE, 0x33, PAGE);
  const bytes = new Uint8Array(2 * PAGE).fill(0x44);
  guest.memory.write(last + GRANULE - PAGE, bytes);
  expect(guest.memory.getUint8(last + GRANULE + PAGE - 1)).toBe(0x44);
  expect([...new Set(guest.memory.read(last + GRANULE - PAGE, 2 * PAGE))]).toEqual([0x44]);
});

describe("7.3 access", () => {
  test.each(VIEW_PROTECTIONS)(
    "FILE_MAP access %i maps with protection %i",
    async (access, protect) => {
      const guest = await createSectionGuest();
      const view = guest.view(guest.mapping(1, 0x40), access);
      expect(guest.run(view)).toMatchObject({ Protect: protect, AllocationProtect: protect });
    },
  );

  test.each(VIEWS_ALLOWED)("made with %i", async (created, allowed) => {
    const guest = await createSectionGuest();
    const handle = guest.mapping(1, created);
    const passed = ALL_PROTECTIONS.filter((protect) => {
      const [status] = guest.mapNative(handle, { protect });
      expect([0, STATUS_ACCESS_DENIED]).toContain(status);
      return status === 0;
    });
    expect(passed).toEqual(allowed);
  });

  test.each(VIEWS_ALLOWED)("made with %i, with all rights: 7.2#9", async (created, allowed) => {
    const guest = await createSectionGuest();
    const handle = guest.section(1, created);
    const passed = ALL_PROTECTIONS.filter((protect) => {
      const [status] = guest.mapNative(handle, { protect });
      expect([0, STATUS_SECTION_PROTECTION]).toContain(status);
      return status === 0;
    });
    expect(passed).toEqual(allowed);
  });
});
