import { expect, test } from "vitest";
import { FILE_MAP_COPY, FILE_MAP_WRITE } from "../../src/constants.ts";
import { createSectionGuest, GRANULE } from "./section-guest.ts";
import { BASE, PAGE } from "./support.ts";

const WINDOWED = { profile: "win32" } as const;

test("17.5#3 a bulk read that begins in a view goes on in the memory behind it", async () => {
  const guest = await createSectionGuest(WINDOWED);
  expect(guest.process.space).toBe("windowed");
  guest.view(guest.mapping(GRANULE / PAGE), FILE_MAP_WRITE, { base: BASE });
  guest.pages(1, undefined, BASE + GRANULE);
  guest.memory.fill(BASE, 6, GRANULE);
  guest.memory.fill(BASE + GRANULE, 5, PAGE);
  const bytes = guest.memory.read(BASE + GRANULE - PAGE, 2 * PAGE);
  expect([bytes[0], bytes[PAGE - 1], bytes[PAGE], bytes[2 * PAGE - 1]]).toEqual([6, 6, 5, 5]);
});

test("17.5#3 and from a shared page of a view to one that was copied", async () => {
  const guest = await createSectionGuest(WINDOWED);
  const handle = guest.mapping(2);
  guest.view(handle, FILE_MAP_WRITE, { base: BASE });
  guest.memory.fill(BASE, 6, 2 * PAGE);
  const view = guest.view(handle, FILE_MAP_COPY, { base: BASE + GRANULE });
  guest.memory.fill(view + PAGE, 5, PAGE);
  const bytes = guest.memory.read(view, 2 * PAGE);
  expect([bytes[0], bytes[PAGE - 1], bytes[PAGE], bytes[2 * PAGE - 1]]).toEqual([6, 6, 5, 5]);
});
