import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../setup/tools.ts";
import { axeViolations } from "./axe.ts";
import { DemoBrowser } from "./demo-browser.ts";
import { Keys } from "./keys.ts";
import { OUTCOMES, STEPPED } from "./outcomes.ts";

const RIGHT = "As it should be";
const WRONG = "It went wrong";

/** The scenario is there, and at its start. */
async function isReady(page: Page, id: string): Promise<void> {
  await page.locator(`[data-scenario="${id}"][aria-busy="false"]`).waitFor();
  await page.getByText("Step 0.").waitFor();
}

/** As far as it goes, with as few pictures as can be. */
async function runAtOnce(page: Page): Promise<void> {
  await page.getByRole("combobox", { name: "Speed" }).selectOption("At once");
  await page.getByRole("button", { name: "Run" }).click();
}

const hashOf = (page: Page) => page.locator(".hash").textContent();
const outcomeOf = (page: Page) => page.getByRole("status").textContent();

const LOOKS = [360, 1280].flatMap((width) => {
  return (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme }));
});

describeWith("chromium", "scenarios in Chromium", (program) => {
  let browser: DemoBrowser;
  beforeAll(async () => {
    browser = await DemoBrowser.open(program);
  });
  afterAll(() => browser?.close());

  test.each(STEPPED)("%s, by keys alone", async (id) => {
    const [rightly, wrongly] = OUTCOMES[id];
    const demo = await browser.page(`#${id}`);
    const { page } = demo;
    const keys = new Keys(page);
    await isReady(page, id);
    const start = await hashOf(page);

    await keys.press("Speed", "a");
    await keys.press("Run");
    await page.getByText(RIGHT).waitFor();
    expect(await outcomeOf(page)).toContain(rightly);
    const end = await hashOf(page);
    expect(end).not.toBe(start);

    await keys.press("Back", "Space");
    await keys.press("Step", "Space");
    await page.getByText(RIGHT).waitFor();
    expect(await hashOf(page)).toBe(end);

    await keys.press("Start again");
    await page.getByText("Step 0.").waitFor();
    const again = await hashOf(page);
    await keys.press("Run");
    await page.getByText(RIGHT).waitFor();
    expect([again, await hashOf(page)]).toEqual([start, end]);

    await keys.press("Without", "Space");
    await isReady(page, id);
    await keys.press("Run");
    await page.getByText(WRONG).waitFor();
    expect(await outcomeOf(page)).toContain(wrongly);
    expect(demo.complaints).toEqual([]);
    await demo.close();
  });

  test.each(STEPPED)("%s, for everybody", async (id) => {
    for (const { width, colorScheme } of LOOKS) {
      const viewport = { width, height: 800 };
      const demo = await browser.page(`#${id}`, { viewport, colorScheme });
      const { page } = demo;
      await isReady(page, id);
      await runAtOnce(page);
      await page.getByText(RIGHT).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      await demo.close();
    }
  });

  test("run so that one can follow, and pause where they are", async () => {
    const demo = await browser.page("#fragmentation");
    const { page } = demo;
    const keys = new Keys(page);
    await isReady(page, "fragmentation");
    await keys.press("Run");
    await page.getByText(/Step [1-9]/).waitFor();
    expect(await hashOf(page)).toBe("not while it runs");
    await keys.press("Pause");
    const paused = await page.locator(".sentence").textContent();
    expect(paused).not.toContain("Step 51.");
    expect(await hashOf(page)).toMatch(/^[0-9a-f]{16}$/);
    await page.waitForTimeout(500);
    expect(await page.locator(".sentence").textContent()).toBe(paused);
    await demo.close();
  });

  test("keep the focus on a control that has nothing to do any more", async () => {
    const demo = await browser.page("#image-copy-on-write");
    const { page } = demo;
    const keys = new Keys(page);
    await isReady(page, "image-copy-on-write");
    await keys.to("Step");
    for (let step = 0; step < 12; step += 1) await page.keyboard.press("Enter");
    await page.getByText("Step 8.").waitFor();
    const button = page.getByRole("button", { name: "Step" });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await button.getAttribute("aria-disabled")).toBe("true");
    await demo.close();
  });

  test("that are left stop, and leave the page to the next one", async () => {
    const demo = await browser.page("#fragmentation");
    const { page } = demo;
    const keys = new Keys(page);
    await isReady(page, "fragmentation");
    await keys.press("Run");
    await page.getByText(/Step [1-9]/).waitFor();
    await keys.press("A guarded stack grows");
    await isReady(page, "guarded-stack");
    const hash = await hashOf(page);
    await page.waitForTimeout(500);
    expect(await hashOf(page)).toBe(hash);
    expect(await page.locator(".machine-bar").textContent()).toContain("8 KB committed");
    expect(demo.complaints).toEqual([]);
    await demo.close();
  });

  test("that cannot begin say why", async () => {
    const demo = await browser.page("#commit-on-fault");
    const { page } = demo;
    await isReady(page, "commit-on-fault");
    await page.evaluate(() => {
      const instantiate = () => Promise.reject(new RangeError("no room for it"));
      Object.assign(WebAssembly, { instantiate });
    });
    await page.getByLabel("Without").check();
    const alert = page.locator('[data-scenario="commit-on-fault"] [role="alert"]');
    await alert.getByText("It could not begin: RangeError: no room for it").waitFor();
    await demo.close();
  });
});
