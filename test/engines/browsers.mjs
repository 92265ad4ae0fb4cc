/** Chromium and Firefox: each program in a page that is loaded anew, so that no window stays. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import puppeteer from "puppeteer-core";
import { FLAGS } from "../../bench/engines/chromium.mjs";
import { beside, pathsOf } from "./files.mjs";

/** @typedef {import("./program.mjs").Order} Order */
/** @typedef {import("./program.mjs").Figures} Figures */

// As text: whatever compiles this file leaves it alone.
const PAGE = `<!doctype html><title>guardpage</title><script type="module">
  import { runProgram } from "/program.mjs";
  globalThis.runOrder = async (order) => {
    const names = ["core", "tools", "driver"];
    const files = names.map(async (name) => {
      return [name, await (await fetch("/" + order.core + "/" + name + ".wasm")).arrayBuffer()];
    });
    return runProgram(Object.fromEntries(await Promise.all(files)), order);
  };
</script>`;

/** What the page fetches, by its path. */
const SERVED = /** @type {Record<string, { type: string, read: () => string | Buffer }>} */ ({
  "/": { type: "text/html", read: () => PAGE },
  "/program.mjs": { type: "text/javascript", read: () => readFileSync(beside("program.mjs")) },
  ...Object.fromEntries(
    /** @type {const} */ (["release", "simd", "debug"]).flatMap((core) =>
      Object.entries(pathsOf(core)).map(([name, path]) => [
        `/${core}/${name}.wasm`,
        { type: "application/wasm", read: () => readFileSync(path) },
      ]),
    ),
  ),
});

/**
 * @param {(origin: string) => Promise<Figures[]>} work
 * @returns {Promise<Figures[]>}
 */
async function served(work) {
  const server = createServer(({ url = "/" }, response) => {
    const file = SERVED[url];
    response.writeHead(file === undefined ? 404 : 200, {
      "content-type": file?.type ?? "text/plain",
    });
    response.end(file?.read() ?? "");
  });
  server.listen(0, "localhost");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  try {
    return await work(`http://localhost:${address.port}/`);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/**
 * What the page answers to each order.
 *
 * @param {{ goto(url: string): Promise<unknown>, evaluate(code: string): Promise<unknown> }} page
 * @param {string} origin
 * @param {readonly Order[]} orders
 */
async function answersOf(page, origin, orders) {
  const answers = [];
  for (const order of orders) {
    await page.goto(origin);
    const answer = await page.evaluate(`runOrder(${JSON.stringify(order)})`);
    answers.push(/** @type {Figures} */ (answer));
  }
  return answers;
}

/** @param {string} program @param {readonly Order[]} orders */
export function inChromium(program, orders) {
  return served(async (origin) => {
    const browser = await chromium.launch({ executablePath: program, headless: true, args: FLAGS });
    try {
      return await answersOf(await browser.newPage(), origin, orders);
    } finally {
      await browser.close();
    }
  });
}

/** @param {string} program @param {readonly Order[]} orders */
export function inFirefox(program, orders) {
  return served(async (origin) => {
    const profile = mkdtempSync(join(tmpdir(), "guardpage-firefox-"));
    const browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: program,
      headless: true,
      userDataDir: profile,
    });
    try {
      return await answersOf(await browser.newPage(), origin, orders);
    } finally {
      await browser.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}
