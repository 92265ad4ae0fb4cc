import { afterAll, beforeAll } from "vitest";
import { Browser } from "../browser/browser.ts";
import { describeWith } from "../setup/tools.ts";
import type { Outcomes } from "./check.ts";
import { closableFileChecks, fileChecks, fullFileChecks } from "./file-contract.ts";
import { fullPageStoreChecks, pageStoreChecks } from "./page-store-contract.ts";
import { describeOutcomes } from "./suites.ts";

const QUOTA_BYTES = 3 << 20;

describeWith("chromium", "in the origin private file system of Chromium", (program) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await Browser.open(program, { opfs: "test/browser/entries/opfs.ts" });
  });
  afterAll(() => browser?.close());

  const inWorker = async (suite: string) => (await browser.inWorker("opfs", suite)) as Outcomes;
  const inFullWorker = async (suite: string) => {
    await browser.limitStorage(QUOTA_BYTES);
    return inWorker(suite);
  };

  describeOutcomes("OpfsFile", [...fileChecks, ...closableFileChecks], () => inWorker("files"));
  describeOutcomes("OpfsPageStore", pageStoreChecks, () => inWorker("stores"));
  describeOutcomes("OpfsFile without room", fullFileChecks, () => inFullWorker("fullFiles"));
  describeOutcomes("OpfsPageStore without room", fullPageStoreChecks, () =>
    inFullWorker("fullStores"),
  );
});
