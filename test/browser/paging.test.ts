import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MemoryPageStore } from "../../src/index.ts";
import { NodePageStore } from "../../src/node.ts";
import { AsyncPageStore } from "../backing/async-page-store.ts";
import { describeWith } from "../setup/tools.ts";
import { Browser } from "./browser.ts";
import { page } from "./entries/paging.ts";

test("the program pages", async () => {
  const answer = (await page()) as { reads: number; writes: number; sums: number[] };
  expect(answer).toMatchObject({ locked: 1, counters: { frames: 16 } });
  expect(answer.writes).toBeGreaterThan(100);
  expect(answer.reads).toBeGreaterThan(100);
  expect(new Set(answer.sums).size).toBeGreaterThan(40);
});

test("a page store on disk answers as one in memory", async () => {
  const folder = mkdtempSync(join(tmpdir(), "guardpage-pages-"));
  const store = NodePageStore.create(join(folder, "pages"));
  try {
    expect(await page(store)).toEqual(await page());
  } finally {
    store.close();
    rmSync(folder, { recursive: true });
  }
});

test("a page store that answers by promises does too", async () => {
  expect(await page(new AsyncPageStore(new MemoryPageStore()))).toEqual(await page());
});

describeWith("chromium", "in a worker of Chromium", (program) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await Browser.open(program, { paging: "test/browser/entries/paging.ts" });
  });
  afterAll(() => browser?.close());

  test("a page store in the origin private file system does as well", async () => {
    expect(await browser.inWorker("paging")).toEqual(await page());
  });
});
