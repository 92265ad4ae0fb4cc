import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../setup/tools.ts";
import { DemoBrowser, type DemoPage } from "./demo-browser.ts";
import { DemoServer } from "./demo-server.ts";
import { OUTCOMES, SCENARIOS } from "./outcomes.ts";
import { type Pass, passOver } from "./smoke.ts";

/** To the end, back to the start and forward again; right, and wrong without what it needs. */
function expectSound(pass: Pass): void {
  const { start, startAgain, end, endAgain, outcome, isRight, omission, isOmissionRight } = pass;
  expect(startAgain).toBe(start);
  expect(endAgain).toBe(end);
  expect(end).not.toBe(start);
  const [rightly, wrongly] = OUTCOMES[pass.id];
  expect(outcome).toContain(rightly);
  expect(omission).toContain(wrongly);
  expect({ isRight, isOmissionRight }).toEqual({ isRight: true, isOmissionRight: false });
}

describeWith("chromium", "the scenarios in Chromium", (program) => {
  let browser: DemoBrowser;
  let demo: DemoPage;
  beforeAll(async () => {
    browser = await DemoBrowser.open(program);
    demo = await browser.page();
  });
  afterAll(() => browser?.close());

  test.each(SCENARIOS)("%s", async (id) => {
    expectSound((await demo.page.evaluate(passOver(id))) as Pass);
    expect(demo.complaints).toEqual([]);
  });
});

describeWith("firefox", "the scenarios in Firefox", (program) => {
  const profile = mkdtempSync(join(tmpdir(), "guardpage-firefox-"));
  let server: DemoServer;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  beforeAll(async () => {
    server = await DemoServer.start();
    browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: program,
      headless: true,
      userDataDir: profile,
    });
    page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (/^https?:$/.test(protocol) && origin !== server.origin) complaints.push(origin);
    });
    await page.goto(`${server.origin}/`);
    await page.waitForSelector("[role=tablist]");
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  test.each(SCENARIOS)("%s", async (id) => {
    expectSound((await page.evaluate(passOver(id))) as Pass);
    expect(complaints).toEqual([]);
  });
});
