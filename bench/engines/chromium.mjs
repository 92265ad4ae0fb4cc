/** Chromium: each group is a page of its own, from a server that has the package and the rows. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { Missing, onPath, root } from "./program.mjs";

/** For a browser that shows one page of this machine, and asks nobody else. */
export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const SERVED = /^\/(bench\/|dist\/|node_modules\/v86\/build\/)/;
const TYPES = /** @type {Record<string, string>} */ ({
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
});
/** With these a page may see time in steps of 5 microseconds instead of 100. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

async function page() {
  const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const entries = Object.entries(exports).filter(([, target]) => target.default !== undefined);
  const imports = Object.fromEntries([
    ...entries.map(([name, target]) => [`guardpage${name.slice(1)}`, target.default.slice(1)]),
    ["v86", "/node_modules/v86/build/libv86.mjs"],
  ]);
  const map = JSON.stringify({ imports });
  return `<!doctype html><title>bench</title><script type="importmap">${map}</script>`;
}

async function serve() {
  const html = await page();
  const server = createServer(async ({ url = "/" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const path = normalize(decodeURIComponent(pathname));
    const file = SERVED.test(path) ? await readFile(join(root, path)).catch(() => undefined) : html;
    const type = path === "/" ? "text/html" : TYPES[extname(path)];
    response.writeHead(file === undefined ? 404 : 200, {
      "content-type": type ?? "application/octet-stream",
      ...ISOLATED,
    });
    response.end(file);
  });
  server.listen(0, "localhost");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { server, origin: `http://localhost:${address.port}/` };
}

/** Runs in the page. @param {string} order */
async function inPage(order) {
  const bench = "/bench/run.mjs";
  /** @type {typeof import("../run.mjs")} */
  const { runGroup } = await import(bench);
  return runGroup(JSON.parse(order), {
    file: async (path) => new Uint8Array(await (await fetch(`/${path}`)).arrayBuffer()),
  });
}

/** @returns {Promise<import("./engines.mjs").Engine>} */
export async function openChromium() {
  const program = onPath("chromium", "chromium-browser", "google-chrome");
  if (program === undefined) {
    throw new Missing("PATH has no chromium, chromium-browser or google-chrome");
  }
  const { chromium } = await import("playwright-core");
  const { server, origin } = await serve();
  const profile = await mkdtemp(join(tmpdir(), "guardpage-bench-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: program,
    headless: true,
    args: FLAGS,
  });
  return {
    version: `Chromium ${context.browser()?.version() ?? ""}`.trim(),
    async run(order) {
      const tab = await context.newPage();
      await tab.goto(origin);
      try {
        return await tab.evaluate(inPage, JSON.stringify(order));
      } finally {
        await tab.close();
      }
    },
    async close() {
      await context.close();
      await new Promise((resolve) => server.close(resolve));
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
