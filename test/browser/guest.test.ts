import { afterAll, beforeAll, expect, test } from "vitest";
import { EXCEPTION_ACCESS_VIOLATION, EXCEPTION_GUARD_PAGE } from "../../src/constants.ts";
import { describeWith } from "../setup/tools.ts";
import { Browser } from "./browser.ts";
import { run } from "./entries/guest.ts";

test("the guest program does what its name says", async () => {
  const { win32 } = await run();
  const { guardPage, copyOnWrite } = win32;
  const second = guardPage.base + 0x1000;
  expect(guardPage.fault).toMatchObject({
    code: EXCEPTION_GUARD_PAGE,
    access: 1,
    address: String(second),
  });
  expect(guardPage.unwritten).toBe(0);
  expect(guardPage.records).toEqual([
    [EXCEPTION_GUARD_PAGE, ["1", String(second)]],
    [EXCEPTION_ACCESS_VIOLATION, ["0", String(guardPage.base + 0x3000)]],
  ]);
  expect(guardPage.read).toBe(0x55667788);
  expect(copyOnWrite.values).toEqual([0.1, 1 / 3]);
  expect(copyOnWrite.stillShared).toBe(String(0x0123456789abcdffn));
});

describeWith("chromium", "the built package in Chromium", (program) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await Browser.open(program, { guest: "test/browser/entries/guest.ts" });
  });
  afterAll(() => browser?.close());

  test("answers in a page as in Node.js", async () => {
    expect(await browser.inPage("guest")).toEqual(await run());
  });

  test("answers in a worker as in Node.js", async () => {
    expect(await browser.inWorker("guest")).toEqual(await run());
  });

  test("a module that fails says how", async () => {
    await expect(browser.inWorker("missing")).rejects.toThrow("missing.js");
    await expect(browser.inPage("missing")).rejects.toThrow("missing.js");
  });
});
