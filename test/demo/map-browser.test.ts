import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../setup/tools.ts";
import { axeViolations } from "./axe.ts";
import { DemoBrowser } from "./demo-browser.ts";

/** The value of one of the details, or of the figures. */
function fact(page: Page, name: string) {
  return page.locator("dt", { hasText: new RegExp(`^${name}$`) }).locator("+ dd");
}

const strip = (page: Page) => page.getByRole("application", { name: "Address space" });
const grid = (page: Page) => page.getByRole("application", { name: "Pages" });

/** How many pixels of a canvas are neither free, white, nor faint. */
function inkOf(page: Page, name: string): Promise<number> {
  return page.getByRole("application", { name }).evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const surface = (element as HTMLCanvasElement).getContext("2d");
    const data = surface?.getImageData(0, 0, width, height).data ?? [];
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [red = 0, , , alpha = 0] = data.slice(at, at + 4);
      if (red < 200 && alpha > 100) count += 1;
    }
    return count;
  });
}

describeWith("chromium", "the map in Chromium", (program) => {
  let browser: DemoBrowser;
  beforeAll(async () => {
    browser = await DemoBrowser.open(program);
  });
  afterAll(() => browser?.close());

  async function open(viewport = { width: 1280, height: 900 }, colorScheme = "light" as const) {
    const demo = await browser.page("#commit-on-fault", { viewport, colorScheme });
    await demo.page.getByRole("button", { name: "Run" }).waitFor();
    await demo.page.getByRole("button", { name: "Everything" }).click();
    return demo;
  }

  test("follows a program that runs", async () => {
    const { page, complaints } = await open();
    await fact(page, "Touched of it")
      .filter({ hasText: /^0 bytes$/ })
      .waitFor();
    await page.getByLabel("Reserved").uncheck();
    await expect.poll(() => inkOf(page, "Pages")).toBeLessThan(3000);
    const before = await inkOf(page, "Pages");
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("As it should be").waitFor();
    await fact(page, "Touched of it")
      .filter({ hasText: /^88 KB$/ })
      .waitFor();
    await fact(page, "State")
      .filter({ hasText: /^MEM_COMMIT$/ })
      .waitFor();
    await expect.poll(() => inkOf(page, "Pages")).toBeGreaterThan(before + 8000);
    expect(complaints).toEqual([]);
  });

  test("is gone over by keys, and says where they are", async () => {
    const { page, complaints } = await open();
    const said = page.locator("[aria-live]", { hasText: "alike" });
    await grid(page).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await said.filter({ hasText: "0x00021000: MEM_RESERVE, MEM_PRIVATE" }).waitFor();
    await page.keyboard.press("n");
    await said.filter({ hasText: "0x00050000: MEM_FREE" }).waitFor();
    await page.keyboard.press("n");
    await said.filter({ hasText: "0x7ffe0000: MEM_COMMIT, PAGE_READONLY" }).waitFor();
    await page.keyboard.press("Shift+Tab");
    await strip(page).focus();
    await page.keyboard.press("p");
    await page.keyboard.press("p");
    await said.filter({ hasText: "0x00010000" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("288 KB shown").waitFor();
    await page.keyboard.press("+");
    await page.getByText(/^1[34]\d KB shown$/).waitFor();
    await page.keyboard.press("0");
    await page.getByText("2.00 GB shown").waitFor();
    expect(complaints).toEqual([]);
  });

  test("zooms by wheel and by drag, and tells what is under the pointer", async () => {
    const { page, complaints } = await open();
    const box = await strip(page).boundingBox();
    if (box === null) throw new Error("the strip has no place");
    const y = box.y + 20;
    await page.mouse.move(box.x + box.width - 30, y);
    await fact(page, "BaseAddress")
      .filter({ hasText: /^0x7ffe/ })
      .waitFor();
    await page.mouse.move(box.x + 400, y);
    await page.mouse.wheel(0, -240);
    await page.getByText("2.00 GB shown").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Everything" }).click();
    await page.mouse.move(box.x + 10, y);
    await page.mouse.down();
    await page.mouse.move(box.x + 400, y, { steps: 3 });
    await page.mouse.up();
    await page.getByText(/^\d+ KB shown$/).waitFor();
    await strip(page).dblclick({ position: { x: box.width / 2, y: 20 } });
    await page.getByText("288 KB shown").waitFor();
    expect(complaints).toEqual([]);
  });

  test("counts as free what a program can have", async () => {
    const { page } = await browser.page("#empty-machine");
    for (const [profile, address] of [
      ["win32", "0x00010000"],
      ["win9x", "0x00400000"],
    ] as const) {
      await page.getByLabel("Profile").selectOption(profile);
      await fact(page, "Largest free")
        .filter({ hasText: new RegExp(`^2.00 GB at ${address}$`) })
        .waitFor();
    }
  });

  test("comes before what is done with it, its pages after that where it is narrow", async () => {
    const topsAt = async (width: number) => {
      const { page } = await open({ width, height: 800 });
      const parts = [strip(page), page.getByRole("tablist"), grid(page)];
      const boxes = await Promise.all(parts.map((part) => part.boundingBox()));
      return boxes.map((box) => box?.y ?? Number.NaN);
    };
    const [top = 0, tabs = 0, pages = 0] = await topsAt(360);
    expect([top < tabs, tabs < pages]).toEqual([true, true]);
    // Side by side there: the list of sizes is above the grid.
    const [, wideTabs = 0, widePages = 0] = await topsAt(1280);
    expect(Math.abs(wideTabs - widePages)).toBeLessThan(60);
  });

  test.each(["#empty-machine", "#own-file"])("is as wide as a phone above %s", async (hash) => {
    const { page } = await browser.page(hash, { viewport: { width: 360, height: 800 } });
    await page.locator(".scenario").getByRole("heading").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  test("shows 128 TB", async () => {
    const { page, complaints } = await browser.page("#empty-machine");
    await page.getByLabel("Profile").selectOption("win64");
    await page.getByText("128 TB shown").waitFor();
    await fact(page, "Largest free")
      .filter({ hasText: /^128 TB at 0x00007ffe1000$/ })
      .waitFor();
    const gaps = page.locator(".gap");
    await expect.poll(() => gaps.allTextContents()).toEqual(["2.00 GB free", "128 TB free"]);
    await page.getByLabel("Fold long gaps").uncheck();
    await expect.poll(() => gaps.count()).toBe(0);
    // The one page that Windows maps, in a column of 128 TB.
    await expect.poll(() => inkOf(page, "Address space")).toBeGreaterThan(10);
    await page.getByLabel("Committed").uncheck();
    await expect.poll(() => inkOf(page, "Address space")).toBe(0);
    expect(complaints).toEqual([]);
  });

  test.each([
    [1280, "light"],
    [1280, "dark"],
    [360, "light"],
    [360, "dark"],
  ] as const)("has nothing that axe finds, %i pixels wide and %s", async (width, colorScheme) => {
    const viewport = { width, height: 800 };
    const { page } = await browser.page("#commit-on-fault", { viewport, colorScheme });
    await page.getByRole("button", { name: "Run" }).waitFor();
    for (const scheme of ["Type", "Protection"]) {
      await page.getByLabel(scheme, { exact: true }).check();
      expect(await axeViolations(page)).toEqual([]);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBe(width);
  });
});
