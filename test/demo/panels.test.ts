import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Session } from "../../demo/session/session.ts";
import { describeWith } from "../setup/tools.ts";
import { axeViolations } from "./axe.ts";
import { DemoBrowser } from "./demo-browser.ts";

const TABS = ["Regions", "Bytes", "Exceptions"];

async function ran(browser: DemoBrowser, options = {}): Promise<Page> {
  const { page } = await browser.page("", options);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByText("As it should be").waitFor();
  return page;
}

async function open(page: Page, tab: string): Promise<void> {
  await page.getByRole("tab", { name: new RegExp(`^${tab}`) }).click();
  await page.getByRole("tabpanel").getByRole("row").first().waitFor();
}

/** The bytes, at the start of the region that the program has written to. */
async function openBytes(page: Page): Promise<void> {
  await open(page, "Bytes");
  await page.getByRole("textbox", { name: "Go to" }).fill("base");
  await page.keyboard.press("Enter");
}

/** Where the page looks at. */
function placeOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    return (globalThis as unknown as { session: Session }).session.place.value;
  });
}

describeWith("chromium", "the panels in Chromium", (program) => {
  let browser: DemoBrowser;
  beforeAll(async () => {
    browser = await DemoBrowser.open(program);
  });
  afterAll(() => browser?.close());

  test.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 360],
    ["dark", 360],
  ] as const)("nothing stands in anybody's way, %s, %i pixels", async (colorScheme, width) => {
    const page = await ran(browser, { colorScheme, viewport: { width, height: 800 } });
    for (const tab of TABS) {
      await open(page, tab);
      expect(await axeViolations(page), tab).toEqual([]);
      const widthOfAll = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(widthOfAll, tab).toBeLessThanOrEqual(width);
    }
    await page.context().close();
  });

  test("a region is found, opened and gone to by keys alone", async () => {
    const page = await ran(browser);
    await open(page, "Regions");
    const table = page.getByRole("treegrid", { name: "Regions" });
    await page.getByRole("searchbox", { name: "Search" }).fill("readonly nonsense");
    await page.getByText("No region matches nonsense.").waitFor();
    await page.getByRole("searchbox", { name: "Search" }).fill("0x7ffe0123");
    await page.getByText("1 of 2 regions").waitFor();
    await table.focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => table.getByRole("row").count()).toBeGreaterThan(2);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await placeOf(page)).toBe(0x7ffe0000);
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => table.getByRole("row").count()).toBe(2);
    await page.getByRole("button", { name: "Size" }).press("Enter");
    const head = page.getByRole("columnheader", { name: "Size" });
    expect(await head.getAttribute("aria-sort")).toBe("ascending");
    await page.context().close();
  });

  test("of 65,536 regions those in sight are in the document", async () => {
    const { page } = await browser.page();
    // The scenario has come, with a machine of its own.
    await page.getByRole("button", { name: "Run", exact: true }).waitFor();
    await page.evaluate(() => {
      const { session } = globalThis as unknown as { session: Session };
      const first = 0x10_0000;
      for (let index = 0; index < 65_536; index += 1) {
        const base = first + index * 0x2000;
        const shape = { base, size: 0x1000, type: 0x2_0000, allocationProtect: 4 };
        session.process.value.adoptRegion(shape);
      }
      session.changed();
    });
    await open(page, "Regions");
    const table = page.getByRole("treegrid", { name: "Regions" });
    const rowCount = async () => Number(await table.getAttribute("aria-rowcount"));
    await expect.poll(rowCount).toBeGreaterThan(65_536);
    const count = await rowCount();
    expect(await table.getByRole("row").count()).toBeLessThan(50);
    await table.focus();
    await page.keyboard.press("End");
    await page.locator(`[aria-rowindex="${count}"]`).waitFor();
    expect(await table.getByRole("row").count()).toBeLessThan(50);
    await page.keyboard.press("Enter");
    expect(await placeOf(page)).toBe(0x7ffe0000);
    await page.context().close();
  });

  test("regions are read once for changes of one moment, and not while hidden", async () => {
    const page = await ran(browser);
    await open(page, "Regions");
    await page.getByText("2 regions").waitFor();
    // What is read of each of its regions once; the map reads of what it draws.
    await page.evaluate(() => {
      const { session } = globalThis as unknown as { session: Session };
      const process = session.process.value;
      const read = process.touchedBytes.bind(process);
      Object.assign(globalThis, { reads: 0 });
      process.touchedBytes = (base, size) => {
        (globalThis as unknown as { reads: number }).reads += 1;
        return read(base, size);
      };
    });
    const readsAfterChanges = () => {
      return page.evaluate(async () => {
        const { session } = globalThis as unknown as { session: Session };
        Object.assign(globalThis, { reads: 0 });
        for (let change = 0; change < 10; change += 1) session.changed();
        await new Promise((done) => setTimeout(done, 500));
        return (globalThis as unknown as { reads: number }).reads;
      });
    };
    const reads = await readsAfterChanges();
    await page.getByRole("tab", { name: "Scenarios" }).click();
    await expect.poll(readsAfterChanges).toBe(reads - 2);
    await page.context().close();
  });

  test("bytes are changed by keys on either side", async () => {
    const page = await ran(browser);
    await open(page, "Bytes");
    await page.getByRole("textbox", { name: "Go to" }).fill("base + 0x10");
    await page.keyboard.press("Enter");
    const cell = (side: string) => page.locator(`[data-side=${side}][tabindex="0"]`);
    await cell("hex").focus();
    await page.keyboard.type("4");
    expect(await cell("hex").innerText()).toBe("4_");
    await page.keyboard.press("Escape");
    expect(await cell("hex").innerText()).toBe("00");
    await page.keyboard.type("41");
    await page.keyboard.press("Tab");
    await page.keyboard.type("bc");
    const written = page.getByRole("row", { name: "0x00010010" });
    await expect.poll(() => written.innerText()).toContain("41\t62\t63\t00");
    expect(await written.locator("mark").count()).toBeGreaterThan(0);
    expect(await placeOf(page)).toBe(0x10013);
    await page.getByRole("textbox", { name: "Go to" }).fill("0x50000000");
    await page.keyboard.press("Enter");
    await cell("hex").focus();
    await page.keyboard.type("4");
    await page.getByText("0x50000000 is free: there is no byte to change.").waitFor();
    await page.context().close();
  });

  test("the keyboard stays in the bytes while the wheel takes its place out of sight", async () => {
    const page = await ran(browser);
    await openBytes(page);
    const place = await placeOf(page);
    await page.locator('[data-side=hex][tabindex="0"]').click();
    await page.mouse.wheel(0, 2_000);
    await page.locator('table[tabindex="0"]').waitFor();
    await page.keyboard.press("ArrowDown");
    await page.locator('[data-side=hex][tabindex="0"]:focus').waitFor();
    expect(await placeOf(page)).toBe(place + 16);
    await page.context().close();
  });

  test("the keyboard stays in the bytes when their lines are exchanged", async () => {
    const page = await ran(browser);
    await openBytes(page);
    const focused = page.locator('[data-side=hex][tabindex="0"]:focus');
    await page.locator('[data-side=hex][tabindex="0"]').click();
    for (const address of ["0x00010160", "0x000102c0"]) {
      await page.keyboard.press("PageDown");
      await page.getByRole("heading", { name: address }).waitFor();
      await focused.waitFor();
    }
    await page.context().close();
  });

  test("from one panel to another, the tabs stay where they are", async () => {
    const page = await ran(browser, { viewport: { width: 1280, height: 900 } });
    const top = async () => (await page.getByRole("tablist").boundingBox())?.y;
    await open(page, "Bytes");
    await page.evaluate(() => document.querySelector(".panels")?.scrollIntoView());
    const before = await top();
    for (const tab of ["Exceptions", "Regions", "Call", "Console"]) {
      await page.getByRole("tab", { name: new RegExp(`^${tab}`) }).click();
      await page.getByRole("tabpanel").getByRole("button").first().waitFor();
      expect(await top(), tab).toBe(before);
    }
    await page.context().close();
  });

  test("heads of tables go below the strip", async () => {
    const page = await ran(browser, { viewport: { width: 1280, height: 300 } });
    await open(page, "Regions");
    const seen = await page.getByRole("columnheader", { name: "Base" }).evaluate((head) => {
      scrollBy(0, head.getBoundingClientRect().top - 30);
      const { left, top } = head.getBoundingClientRect();
      const element = document.elementFromPoint(left + 20, top + 10);
      return { top: Math.round(top), label: element?.getAttribute("aria-label") };
    });
    expect(seen).toEqual({ top: 30, label: "Address space" });
    await page.context().close();
  });

  test("an exception leads to its page, and the list can be emptied", async () => {
    const page = await ran(browser);
    await page.getByRole("tab", { name: "Exceptions (22)" }).click();
    const table = page.getByRole("grid", { name: "Exceptions" });
    await table.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await placeOf(page)).toBe(0x13000);
    await page.getByRole("heading", { name: "#2 EXCEPTION_ACCESS_VIOLATION" }).waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("No exception has come up.").waitFor();
    await page.getByRole("tab", { name: "Exceptions", exact: true }).waitFor();
    await page.context().close();
  });
});
