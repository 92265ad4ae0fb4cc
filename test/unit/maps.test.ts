import { beforeAll, describe, expect, test } from "vitest";
import { unit } from "./compile.ts";
import { pick, randomFrom } from "./random.ts";

interface Maps {
  begin(profile: number, windowed: number): void;
  grant(page: bigint, rights: number): void;
  clear(first: bigint, end: bigint): void;
  byteAt(page: number): number;
}

const WIN32 = 0;
const PAGES = 5000;
let maps: Maps;

beforeAll(async () => {
  maps = await unit<Maps>("space");
  maps.begin(WIN32, 1);
});

describe("the access map", () => {
  test.each([1, 2, 3])("span bits say what this page and the next both allow, seed %i", (seed) => {
    const random = randomFrom(seed);
    const expected = new Uint8Array(PAGES + 1);
    maps.clear(0n, BigInt(PAGES));
    for (let step = 0; step < 3000; step++) {
      const page = random(4) * 1023 + random(40);
      if (random(3) > 0) {
        const rights = random(7) + 1;
        maps.grant(BigInt(page), rights);
        expected[page] = rights;
      } else {
        const end = Math.min(PAGES, page + pick([1, 2, 1024, random(2000) + 1], random));
        maps.clear(BigInt(page), BigInt(end));
        expected.fill(0, page, end);
      }
    }
    for (let page = 0; page < PAGES; page++) {
      const own = expected[page] as number;
      const span = own & (expected[page + 1] as number);
      expect(maps.byteAt(page), `page ${page}`).toBe(own | (span << 3));
    }
  });
});
