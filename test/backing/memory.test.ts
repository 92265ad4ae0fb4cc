import { expect, test } from "vitest";
import { DiskFull, MemoryFile, MemoryPageStore } from "../../src/index.ts";
import { fileChecks, fullFileChecks } from "./file-contract.ts";
import { fullPageStoreChecks, pageStoreChecks } from "./page-store-contract.ts";
import { describeChecks } from "./suites.ts";

const opened = <Subject>(subject: Subject) => ({ subject, close() {} });
const CAPACITY_BYTES = 1_000_000;
const CAPACITY_PAGES = 100;

describeChecks("MemoryFile", fileChecks, () => opened(new MemoryFile()));
describeChecks("MemoryFile without room", fullFileChecks, () =>
  opened(new MemoryFile({ capacityBytes: CAPACITY_BYTES })),
);
describeChecks("MemoryPageStore", pageStoreChecks, () => opened(new MemoryPageStore()));
describeChecks("MemoryPageStore without room", fullPageStoreChecks, () =>
  opened(new MemoryPageStore({ capacityPages: CAPACITY_PAGES })),
);

test("a memory file starts with a copy of its contents", () => {
  const contents = Uint8Array.of(1, 2, 3);
  const file = new MemoryFile({ contents });
  contents.fill(0);
  const target = new Uint8Array(3);
  expect(file.read(0, target)).toBe(3);
  expect(target).toEqual(Uint8Array.of(1, 2, 3));
});

test("a memory file grows to its capacity and no further", () => {
  const file = new MemoryFile({ contents: new Uint8Array(4), capacityBytes: 10 });
  file.write(5, new Uint8Array(5));
  expect(() => file.write(5, new Uint8Array(6))).toThrow(DiskFull);
  expect(() => file.resize(11)).toThrow(DiskFull);
  expect(file.sizeBytes).toBe(10);
  expect(() => new MemoryFile({ contents: new Uint8Array(11), capacityBytes: 10 })).toThrow(
    DiskFull,
  );
});

test("what the engine has no room for is DiskFull too", () => {
  const file = new MemoryFile({ contents: Uint8Array.of(7) });
  expect(() => file.resize(Number.MAX_SAFE_INTEGER)).toThrow(DiskFull);
  expect(() => file.write(2 ** 52, Uint8Array.of(1))).toThrow(DiskFull);
  expect(file.sizeBytes).toBe(1);
});

test("a memory page store counts the slots that hold a page", () => {
  const store = new MemoryPageStore({ capacityPages: 2 });
  const page = new Uint8Array(4096);
  store.write(0, page);
  store.write(1, page);
  store.write(1, page);
  expect(store.usedPages).toBe(2);
  expect(() => store.write(2, page)).toThrow(DiskFull);
  expect(() => store.read(2, page)).toThrow("slot 2 holds no page");
  expect(store.usedPages).toBe(2);
});

test.each([
  [() => new MemoryFile({ capacity: 1 } as never), TypeError, 'no option "capacity"'],
  [() => new MemoryFile({ contents: [1] as never }), TypeError, "contents must be a Uint8Array"],
  [() => new MemoryFile({ capacityBytes: -1 }), RangeError, "capacityBytes must be 0 to"],
  [() => new MemoryPageStore({ capacityPages: 0.5 }), RangeError, "capacityPages must be an int"],
  [() => new MemoryPageStore({ capacityPages: "1" as never }), TypeError, "must be a number"],
])("case %#: wrong options are refused with the reason", (make, kind, message) => {
  expect(make).toThrow(kind);
  expect(make).toThrow(message);
});
