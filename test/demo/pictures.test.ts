import { mkdirSync, readFileSync } from "node:fs";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../setup/tools.ts";
import { root } from "../setup/tree.ts";
import { DemoBrowser } from "./demo-browser.ts";

/** `npm run demo:pictures` has them made where the README finds them. */
const FOLDER = `${root}/${process.env.PICTURES ?? "build/pictures"}`;
const VIEWPORT = { width: 1280, height: 900 };

async function step(page: Page, times: number): Promise<void> {
  await page.getByText("Step 0.").waitFor();
  for (let made = 0; made < times; made++) await page.getByRole("button", { name: "Step" }).click();
  await page.getByText(`Step ${times}.`).waitFor();
}

async function film(page: Page): Promise<void> {
  await page.getByText("Call 0 of").waitFor();
  await page.getByRole("slider", { name: /Call/ }).fill("5000");
  await page.getByText("Call 5,000 of").waitFor();
}

async function call(page: Page): Promise<void> {
  await page.getByText("An empty machine").last().waitFor();
  await page.getByRole("tab", { name: "Call" }).click();
  const make = page.getByRole("button", { name: "Call", exact: true });
  await make.click();
  await page.getByLabel("Answer").getByText("2.2").first().waitFor();
}

/** The map is drawn with the next picture. */
const TWO_PICTURES =
  "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))";

interface Picture {
  readonly name: string;
  readonly hash: string;
  readonly look: BrowserContextOptions;
  readonly act: (page: Page) => Promise<void>;
}

const LIGHT = { viewport: VIEWPORT, colorScheme: "light" } as const;
const DARK = { viewport: VIEWPORT, colorScheme: "dark" } as const;

const PICTURES: readonly Picture[] = [
  { name: "scenario-light", hash: "#commit-on-fault", look: LIGHT, act: (page) => step(page, 12) },
  { name: "scenario-dark", hash: "#commit-on-fault", look: DARK, act: (page) => step(page, 12) },
  { name: "film", hash: "#recorded-program", look: DARK, act: film },
  { name: "call", hash: "#empty-machine", look: LIGHT, act: call },
  { name: "guest-cpu", hash: "#guest-cpu", look: LIGHT, act: (page) => step(page, 40) },
];

describeWith("chromium", "pictures of the demo", (program) => {
  let browser: DemoBrowser;
  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true });
    browser = await DemoBrowser.open(program);
  });
  afterAll(() => browser?.close());

  test.each(PICTURES)("$name", async ({ name, hash, look, act }) => {
    const { page, complaints } = await browser.page(hash, look);
    await act(page);
    await page.evaluate(TWO_PICTURES);
    const path = `${FOLDER}/${name}.png`;
    await page.screenshot({ path });
    const picture = readFileSync(path);
    const [width, height] = [picture.readUInt32BE(16), picture.readUInt32BE(20)];
    expect({ width, height }).toEqual(VIEWPORT);
    // One colour alone would be some 5 KB.
    expect(picture.length).toBeGreaterThan(20_000);
    expect(complaints).toEqual([]);
  });
});
