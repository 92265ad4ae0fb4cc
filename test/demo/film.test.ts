import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { Machine } from "guardpage";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { traceText } from "../../demo/film/trace-text.ts";
import { describeWith } from "../setup/tools.ts";
import { root } from "../setup/tree.ts";
import { axeViolations } from "./axe.ts";
import { DemoBrowser } from "./demo-browser.ts";
import { Keys } from "./keys.ts";
import { OUTCOMES } from "./outcomes.ts";

const SECTIONS = `${root}/test/conformance/traces/sections.jsonl.gz`;
const bytesOf = (text: string) => new Uint8Array(new TextEncoder().encode(text));

test("a trace is read as it is and packed; what is no text is refused", async () => {
  const text = "{}\n€\n".repeat(1_000);
  expect(await traceText(bytesOf(text))).toBe(text);
  expect(await traceText(new Uint8Array(gzipSync(text)))).toBe(text);
  await expect(traceText(Uint8Array.of(0x7b, 0xff))).rejects.toThrow(TypeError);
  await expect(traceText(Uint8Array.of(0x1f, 0x8b, 1, 2, 3))).rejects.toThrow();
});

const hashOf = (page: Page) => page.locator(".hash").textContent();
const call = (page: Page, position: string) => page.getByText(`Call ${position} of`).waitFor();

/** A file in the place where one is chosen. */
async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
  const file = { name, mimeType: "application/octet-stream", buffer };
  await page.getByLabel("Or choose a file").setInputFiles(file);
}

describeWith("chromium", "films in Chromium", (program) => {
  let browser: DemoBrowser;
  beforeAll(async () => {
    browser = await DemoBrowser.open(program);
  });
  afterAll(() => browser?.close());

  test("are worked by keys alone, and scrubbed back to where they were", async () => {
    const demo = await browser.page("#recorded-program");
    const { page } = demo;
    const keys = new Keys(page);
    await call(page, "0");
    const start = await hashOf(page);
    await keys.press("Speed", "a");
    await keys.press("Play");
    await page.getByText(OUTCOMES["recorded-program"][0]).waitFor();
    const end = await hashOf(page);
    const scrubber = page.getByRole("slider");
    await scrubber.focus();
    await page.keyboard.press("ArrowLeft");
    await call(page, "6,932");
    const before = await hashOf(page);
    await page.keyboard.press("Home");
    await call(page, "0");
    expect(await hashOf(page)).toBe(start);
    await page.keyboard.press("End");
    await call(page, "6,933");
    expect(await hashOf(page)).toBe(end);
    await keys.press("Back");
    expect(before).not.toBe(end);
    expect(await hashOf(page)).toBe(before);
    await keys.press("Without", "Space");
    await call(page, "0");
    await keys.press("Play");
    await page.getByText("It went wrong").waitFor();
    expect(demo.complaints).toEqual([]);
    await demo.close();
  });

  test("play at a pace, and pause where they are", async () => {
    const { page } = await browser.page("#recorded-program");
    await call(page, "0");
    await page.getByLabel("Speed").selectOption("100 calls a second");
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByText(/Call [1-9]\d* of/).waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    const paused = await hashOf(page);
    await page.waitForTimeout(300);
    expect(await hashOf(page)).toBe(paused);
    expect(paused).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each([
    { width: 360, colorScheme: "light" },
    { width: 1280, colorScheme: "dark" },
  ] as const)("for everybody: $width, $colorScheme", async ({ width, colorScheme }) => {
    const viewport = { width, height: 800 };
    const { page } = await browser.page("#recorded-program", { viewport, colorScheme });
    await call(page, "0");
    await page.getByRole("button", { name: "Step" }).click();
    await call(page, "1");
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });

  test("a trace of one's own is played", async () => {
    const { page, complaints } = await browser.page("#own-file");
    await choose(page, "sections.jsonl.gz", readFileSync(SECTIONS));
    await page.getByLabel("Speed").selectOption("At once");
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByText("All 11,581 calls answered").waitFor();
    expect(complaints).toEqual([]);
  });

  test("a snapshot that the page has saved is opened again", async () => {
    const { page } = await browser.page("#commit-on-fault");
    await page.getByLabel("Speed").selectOption("At once");
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("As it should be").waitFor();
    const hash = await hashOf(page);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save the state" }).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toBe(`guardpage-${hash}.snapshot`);
    const snapshot = readFileSync(await saved.path());
    expect((await Machine.restore(snapshot)).hash()).toBe(hash);
    await page.goto("about:blank");
    const other = (await browser.page("#own-file")).page;
    await choose(other, "mine.snapshot", snapshot);
    await other.getByText("mine.snapshot is a snapshot of a win32 machine").waitFor();
    expect(await hashOf(other)).toBe(hash);
  });

  test.each([
    ["cut.snapshot", "GPSNAP\r\n", "the snapshot is cut off"],
    ["letter.txt", "Dear Sir or Madam", "these bytes are not a snapshot"],
    ["broken.jsonl", '{"trace":1,"profile":"win32"}\n{"call":7}\n', "broken.jsonl:2:"],
  ])("%s is refused with the reason", async (name, text, reason) => {
    const { page } = await browser.page("#own-file");
    await choose(page, name, Buffer.from(text));
    await page.getByRole("alert").getByText(reason).waitFor();
  });

  test("a file that is dropped anywhere is opened", async () => {
    const { page } = await browser.page("#commit-on-fault");
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File(["Dear Sir or Madam"], "letter.txt"));
      dispatchEvent(new DragEvent("drop", { dataTransfer: data }));
    });
    await page.getByText("letter.txt: these bytes are not a snapshot").waitFor();
  });
});
