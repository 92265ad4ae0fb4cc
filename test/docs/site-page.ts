/** The site in a Chromium, from a local server. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import type { AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { FLAGS } from "../../bench/engines/chromium.mjs";
import { root } from "../setup/tree.ts";
import type { Site } from "./site-rules.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};

export interface Look {
  readonly width: number;
  readonly colorScheme: "light" | "dark";
}

/** A page as somebody sees it, with all that was fetched for it. */
export interface SeenPage {
  readonly page: Page;
  readonly requests: readonly string[];
}

export interface ServedSite {
  readonly origin: string;
  /** Opens a page, and waits until its scripts are done. */
  see(path: string, look: Look): Promise<SeenPage>;
  close(): Promise<void>;
}

const AXE = readFileSync(`${root}/node_modules/axe-core/axe.min.js`, "utf8");

export async function openSite(site: Site, program: string): Promise<ServedSite> {
  const server = createServer(({ url = "/" }, response) => {
    const path = decodeURIComponent(new URL(url, "http://localhost").pathname).slice(1);
    const text = site.get(path);
    const type = TYPES[extname(path)] ?? "text/plain";
    response.writeHead(text === undefined ? 404 : 200, {
      "content-type": `${type}; charset=utf-8`,
    });
    response.end(text);
  });
  server.listen(0, "localhost");
  await new Promise((resolve) => server.once("listening", resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const browser = await chromium.launch({ executablePath: program, headless: true, args: FLAGS });
  return {
    origin,
    see: (path, look) => see(browser, `${origin}/${path}`, look),
    async close() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function see(browser: Browser, url: string, { width, colorScheme }: Look): Promise<SeenPage> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  await page.waitForSelector("#tsd-nav-container a", { state: "attached" });
  return { page, requests };
}

/** What axe finds wrong, but for some of its rules: the rule and the first element, a line each. */
export async function violations(page: Page, leftOut: readonly string[]): Promise<string[]> {
  await page.addScriptTag({ content: AXE });
  const rules = Object.fromEntries(leftOut.map((rule) => [rule, { enabled: false }]));
  const options = JSON.stringify({ resultTypes: ["violations"], rules });
  const results = (await page.evaluate(`axe.run(document, ${options})`)) as AxeResults;
  return results.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html}`);
}
