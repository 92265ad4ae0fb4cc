import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWith } from "../setup/tools.ts";
import { axeViolations } from "./axe.ts";
import { DemoBrowser } from "./demo-browser.ts";

/** What a panel is fetched for, and nothing before. */
const isPanel = (path: string) => /(call|console)-panel|rules\.json/.test(path);

async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole("tab", { name, exact: true }).click();
}

async function run(page: Page, line: string): Promise<void> {
  const area = page.getByLabel("Line", { exact: true });
  await area.fill(line);
  await area.press("Enter");
}

/** The list of calls. */
const listOf = (page: Page) => page.getByRole("combobox", { name: "Call" });

describeWith("chromium", "calls and lines in Chromium", (program) => {
  let browser: DemoBrowser;
  beforeAll(async () => {
    browser = await DemoBrowser.open(program);
  });
  afterAll(() => browser?.close());

  test("nothing of either panel is fetched before its tab is opened", async () => {
    const demo = await browser.page();
    await demo.page.getByRole("button", { name: "Step" }).waitFor();
    expect(demo.fetched.filter(isPanel)).toEqual([]);
    await openTab(demo.page, "Call");
    await demo.page.getByRole("button", { name: "Call", exact: true }).waitFor();
    expect(demo.fetched.filter(isPanel)).toEqual([
      expect.stringContaining("call-panel"),
      expect.stringContaining("call-panel"),
    ]);
    await demo.close();
  });

  test("a call by the keyboard alone, with its answer and the rule that decided it", async () => {
    const demo = await browser.page();
    const { page } = demo;
    await page.getByRole("tab", { name: "Scenarios" }).focus();
    for (let tab = 0; tab < 3; tab++) await page.keyboard.press("ArrowRight");
    await listOf(page).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.type("virtualalloc");
    await page.keyboard.press("Enter");
    await page.getByLabel("size").focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("0");
    await page.keyboard.press("Enter");
    const answer = page.getByLabel("Answer");
    await answer.getByText("ERROR_INVALID_PARAMETER (87)").waitFor();
    await answer.getByText("Size 0 is refused.").waitFor();
    await answer.getByText("(2.1 VirtualAlloc: order of checks)").waitFor();
    expect(demo.complaints).toEqual([]);
    await demo.close();
  });

  test("flags are boxes, with one base for a protection, and come to a number", async () => {
    const demo = await browser.page();
    const { page } = demo;
    await openTab(page, "Call");
    await page.getByLabel("MEM_COMMIT", { exact: true }).uncheck();
    await page.getByLabel("PAGE_NOACCESS").check();
    await page.getByLabel("PAGE_GUARD").check();
    await expect.poll(() => page.getByLabel("type as a number").inputValue()).toBe("0x2000");
    await page
      .getByText("VirtualAlloc(0, 0x10000, MEM_RESERVE, PAGE_NOACCESS | PAGE_GUARD)")
      .waitFor();
    await page.getByLabel("protect as a number").fill("0x44");
    await page.getByLabel("protect as a number").press("Tab");
    await page
      .getByText("VirtualAlloc(0, 0x10000, MEM_RESERVE, PAGE_READWRITE | PAGE_EXECUTE_READWRITE)")
      .waitFor();
    await demo.close();
  });

  test("F2 puts the page with the focus of the map into an address", async () => {
    const demo = await browser.page();
    const { page } = demo;
    await openTab(page, "Call");
    const address = page.getByLabel("address", { exact: true });
    await address.press("F2");
    expect(await address.inputValue()).toBe("0x10000");
    await demo.close();
  });

  test("the chosen call is there again at the next visit", async () => {
    const demo = await browser.page();
    const { page } = demo;
    await openTab(page, "Call");
    await listOf(page).selectOption("NtClose");
    await page.reload();
    await openTab(page, "Call");
    await page.getByText("NtClose(0)", { exact: true }).waitFor();
    await demo.close();
  });

  test("a call goes to the console as a line, and what it received stays there", async () => {
    const demo = await browser.page();
    const { page } = demo;
    await openTab(page, "Call");
    await listOf(page).selectOption("VirtualQuery");
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await page.getByText("State: MEM_RESERVE (0x2000)").waitFor();
    await page.getByRole("button", { name: "Put it in the console" }).click();
    const area = page.getByLabel("Line", { exact: true });
    await area.and(page.locator(":focus")).waitFor();
    expect(await area.inputValue()).toBe("VirtualQuery(0x10000, buffer = {})");
    await run(page, "buffer.State === MEM_RESERVE");
    await page.getByRole("log").getByText("true", { exact: true }).waitFor();
    await demo.close();
  });

  test("a fault in the console is told in a sentence, with its rule", async () => {
    const demo = await browser.page();
    const { page } = demo;
    await openTab(page, "Console");
    await run(page, "memory.setUint8(0x70000000, 1)");
    const log = page.getByRole("log");
    await log.getByText("access violation writing 0x70000000: MEM_FREE in no region.").waitFor();
    await log.getByRole("link", { name: "4.1#2" }).waitFor();
    expect(demo.complaints).toEqual([]);
    await demo.close();
  });

  test("keys of the console: history, completion, a further line, and a way out", async () => {
    const demo = await browser.page();
    const { page } = demo;
    await openTab(page, "Console");
    await run(page, "first = 1");
    await run(page, "second = 2");
    const area = page.getByLabel("Line", { exact: true });
    await area.press("ArrowUp");
    await area.press("ArrowUp");
    expect(await area.inputValue()).toBe("first = 1");
    await area.press("Shift+Enter");
    expect(await area.inputValue()).toBe("first = 1\n");
    await area.fill("GetCurrentThreadI");
    await area.press("Tab");
    expect(await area.inputValue()).toBe("GetCurrentThreadId");
    await area.press("Tab");
    await page
      .getByRole("button", { name: "Run", exact: true })
      .last()
      .and(page.locator(":focus"))
      .waitFor();
    await area.fill("Virtual");
    await area.press("Tab");
    await page.getByText("VirtualAlloc VirtualAlloc2").waitFor();
    await area.press("Escape");
    await area.press("Tab");
    expect(await area.evaluate((element) => element === document.activeElement)).toBe(false);
    await demo.close();
  });

  test("the link of a rule leads to its place among the rules", async () => {
    const demo = await browser.page();
    const { page } = demo;
    await openTab(page, "Console");
    await run(page, "VirtualAlloc(0, 0, MEM_RESERVE, PAGE_NOACCESS)");
    const link = page.getByRole("link", { name: "2.1#13" });
    const [opened] = await Promise.all([page.waitForEvent("popup"), link.click()]);
    await opened.waitForLoadState();
    expect(await opened.locator(":target").textContent()).toContain("Size 0 is refused.");
    expect(await axeViolations(opened)).toEqual([]);
    await demo.close();
  });

  describe.each([360, 1280])("%i pixels wide", (width) => {
    test.each(["light", "dark"] as const)("both panels, %s", async (colorScheme) => {
      const demo = await browser.page("", { viewport: { width, height: 900 }, colorScheme });
      const { page } = demo;
      await openTab(page, "Call");
      for (const call of ["SetProcessValidCallTargets", "VirtualProtect", "VirtualAlloc2"]) {
        await listOf(page).selectOption(call);
        await page.getByRole("button", { name: "Call", exact: true }).click();
        await page.getByLabel("Answer").getByRole("link").waitFor();
        expect(await axeViolations(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      }
      await openTab(page, "Console");
      for (const line of ["VirtualQuery(0, info = {}); info", "memory.getUint8(0)", "x"]) {
        await run(page, line);
      }
      await page.getByRole("log").getByText("x is not defined").waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      await demo.close();
    });
  });
});
