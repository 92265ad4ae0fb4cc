import { describe, expect, test } from "vitest";
import { DiskFull, MemoryFile, MemoryPageStore } from "../../src/index.ts";
import { AsyncPageStore } from "./async-page-store.ts";
import { pattern } from "./check.ts";
import { FailingFile, FailingPageStore, InjectedFailure } from "./failing-store.ts";
import { fileChecks, fullFileChecks } from "./file-contract.ts";
import { fullPageStoreChecks, pageStoreChecks } from "./page-store-contract.ts";
import { describeChecks } from "./suites.ts";

const PAGE_BYTES = 4096;
const page = (seed: number) => pattern(PAGE_BYTES, seed);
const opened = <Subject>(subject: Subject) => ({ subject, close() {} });

describeChecks("FailingFile without a plan", fileChecks, () =>
  opened(new FailingFile(new MemoryFile())),
);
describeChecks("FailingFile over a file without room", fullFileChecks, () =>
  opened(new FailingFile(new MemoryFile({ capacityBytes: 1_000_000 }))),
);
describeChecks("FailingPageStore without a plan", pageStoreChecks, () =>
  opened(new FailingPageStore(new MemoryPageStore())),
);
describeChecks("AsyncPageStore", pageStoreChecks, () =>
  opened(new AsyncPageStore(new MemoryPageStore())),
);
describeChecks("AsyncPageStore without room", fullPageStoreChecks, () =>
  opened(new AsyncPageStore(new MemoryPageStore({ capacityPages: 20 }))),
);

describe("FailingFile", () => {
  const bytes = pattern(10, 1);

  /** One call after the other; for each, whether it failed. */
  function outcomes(file: FailingFile): boolean[] {
    const calls = [
      () => file.write(0, bytes),
      () => file.read(0, new Uint8Array(10)),
      () => file.write(5, bytes),
      () => file.resize(12),
      () => file.flush(),
    ];
    return calls.map((call) => {
      try {
        call();
        return false;
      } catch (error) {
        expect(error).toBeInstanceOf(InjectedFailure);
        return true;
      }
    });
  }

  test("counts calls of each method", () => {
    const file = new FailingFile(new MemoryFile());
    expect(outcomes(file)).toEqual([false, false, false, false, false]);
    expect(["read", "write", "resize", "flush"].map((name) => file.count(name as never))).toEqual([
      1, 2, 1, 1,
    ]);
    expect([file.plannedCalls, file.failedCalls]).toEqual([5, 0]);
  });

  test.each([1, 2, 3, 4, 5])("fails call %i, and no other", (at) => {
    const file = new FailingFile(new MemoryFile(), { at });
    expect(outcomes(file)).toEqual([1, 2, 3, 4, 5].map((call) => call === at));
    expect(file.failedCalls).toBe(1);
  });

  test("fails so many calls in a row", () => {
    const twice = new FailingFile(new MemoryFile(), { at: 2, times: 2 });
    expect(outcomes(twice)).toEqual([false, true, true, false, false]);
    const forever = new FailingFile(new MemoryFile(), { at: 3, times: Number.POSITIVE_INFINITY });
    expect(outcomes(forever)).toEqual([false, false, true, true, true]);
    expect(forever.count("write")).toBe(2);
  });

  test("fails calls of chosen methods", () => {
    const file = new FailingFile(new MemoryFile(), { at: 2, of: ["write", "flush"] });
    expect(outcomes(file)).toEqual([false, false, true, false, false]);
    expect(file.plannedCalls).toBe(3);
  });

  test("does nothing when it fails, and throws what it was told to", () => {
    const inner = new MemoryFile({ contents: bytes });
    const file = new FailingFile(inner, { at: 1, times: 2, error: () => new DiskFull() });
    expect(() => file.write(0, new Uint8Array(20))).toThrow(DiskFull);
    expect(() => file.resize(0)).toThrow(DiskFull);
    const target = new Uint8Array(20);
    expect(inner.read(0, target)).toBe(10);
    expect(target.subarray(0, 10)).toEqual(bytes);
    expect(file.sizeBytes).toBe(10);
  });

  test("says which call failed", () => {
    const file = new FailingFile(new MemoryFile(), { at: 2 });
    file.flush();
    expect(() => file.flush()).toThrow("call 2 was made to fail");
  });
});

describe("FailingPageStore", () => {
  test("counts and fails", () => {
    const inner = new MemoryPageStore();
    const store = new FailingPageStore(inner, { at: 2 });
    store.write(0, page(1));
    expect(() => store.write(0, page(2))).toThrow(InjectedFailure);
    const target = new Uint8Array(PAGE_BYTES);
    store.read(0, target);
    expect(target).toEqual(page(1));
    expect(inner.usedPages).toBe(1);
    expect([store.count("write"), store.count("read")]).toEqual([2, 1]);
    expect([store.plannedCalls, store.failedCalls]).toEqual([3, 1]);
  });

  test("fails reads only, where that is the plan", () => {
    const store = new FailingPageStore(new MemoryPageStore(), { at: 1, of: ["read"] });
    store.write(0, page(1));
    const target = new Uint8Array(PAGE_BYTES);
    expect(() => store.read(0, target)).toThrow(InjectedFailure);
    expect(target).toEqual(new Uint8Array(PAGE_BYTES));
    store.read(0, target);
    expect(target).toEqual(page(1));
  });

  test("rejects under an AsyncPageStore", async () => {
    const store = new AsyncPageStore(new FailingPageStore(new MemoryPageStore(), { at: 1 }));
    await expect(store.write(0, page(1))).rejects.toThrow(InjectedFailure);
    await expect(store.write(0, page(1))).resolves.toBeUndefined();
  });
});

describe("AsyncPageStore", () => {
  test("does nothing before its promise settles", async () => {
    const inner = new MemoryPageStore();
    const store = new AsyncPageStore(inner);
    const bytes = page(1);
    const written = store.write(0, bytes);
    expect(inner.usedPages).toBe(0);
    bytes.set(page(2));
    await written;
    const target = new Uint8Array(PAGE_BYTES);
    const read = store.read(0, target);
    expect(target).toEqual(new Uint8Array(PAGE_BYTES));
    await read;
    expect(target).toEqual(page(2));
  });

  test("on demand, waits until it is told", async () => {
    const inner = new MemoryPageStore();
    const store = new AsyncPageStore(inner, { settle: "on demand" });
    const settled: string[] = [];
    void store.write(3, page(1)).then(() => settled.push("write 3"));
    void store.write(4, page(2)).then(() => settled.push("write 4"));
    void store.read(3, new Uint8Array(PAGE_BYTES)).then(() => settled.push("read 3"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(settled).toEqual([]);
    expect(inner.usedPages).toBe(0);
    expect(store.pending).toEqual([
      { method: "write", slot: 3 },
      { method: "write", slot: 4 },
      { method: "read", slot: 3 },
    ]);
    await store.settle(4);
    expect(settled).toEqual(["write 4"]);
    await store.settle();
    expect(settled).toEqual(["write 4", "write 3"]);
    await store.settleAll();
    expect(settled).toEqual(["write 4", "write 3", "read 3"]);
    await expect(store.settle()).rejects.toThrow("no call is pending");
  });

  test("on demand, a failure reaches the caller and not the one who settles", async () => {
    const failing = new FailingPageStore(new MemoryPageStore(), { at: 1 });
    const store = new AsyncPageStore(failing, { settle: "on demand" });
    const outcome = store.write(0, page(1)).catch((error: unknown) => error);
    await store.settle();
    expect(await outcome).toBeInstanceOf(InjectedFailure);
  });

  test("settleAll carries out what is called meanwhile", async () => {
    const store = new AsyncPageStore(new MemoryPageStore(), { settle: "on demand" });
    const target = new Uint8Array(PAGE_BYTES);
    const chain = store.write(0, page(1)).then(() => store.read(0, target));
    await store.settleAll();
    await chain;
    expect(target).toEqual(page(1));
  });
});
