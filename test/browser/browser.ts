import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { FLAGS } from "../../bench/engines/chromium.mjs";
import { bundle } from "../setup/bundle.ts";

const PAGE =
  '<!doctype html><title>guardpage</title><script type="module" src="/page.js"></script>';

// As text: vitest rewrites the imports of what it compiles.

/** Runs the function `run` of a module, here or in a worker of its own. */
const PAGE_SCRIPT = `
  globalThis.inPage = async (url, argument) => (await import(url)).run(argument);
  globalThis.inWorker = (url, argument) =>
    new Promise((resolve, reject) => {
      const worker = new Worker("/worker.js", { type: "module" });
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = ({ data }) => {
        worker.terminate();
        if ("answer" in data) resolve(data.answer);
        else reject(new Error(data.failure));
      };
      worker.postMessage({ url, argument });
    });
`;

const WORKER_SCRIPT = `
  onmessage = async ({ data: { url, argument } }) => {
    try {
      postMessage({ answer: await (await import(url)).run(argument) });
    } catch (error) {
      postMessage({ failure: String(error?.stack ?? error) });
    }
  };
`;

/** What `run` of an entry takes; what it answers is JSON too. */
export type Argument = null | boolean | number | string;

/**
 * A Chromium of its own, with a fresh profile, which shows one page of a local server. Its entries
 * are modules with a function `run`, by name and path from the root of the repository.
 */
export class Browser {
  readonly #server: Server;
  readonly #context: BrowserContext;
  readonly #page: Page;
  readonly #profile: string;
  readonly #origin: string;

  private constructor(
    server: Server,
    context: BrowserContext,
    page: Page,
    profile: string,
    origin: string,
  ) {
    this.#server = server;
    this.#context = context;
    this.#page = page;
    this.#profile = profile;
    this.#origin = origin;
  }

  static async open(program: string, entries: Readonly<Record<string, string>>): Promise<Browser> {
    const modules = await bundle(entries);
    const own = [
      ["page.js", PAGE_SCRIPT],
      ["worker.js", WORKER_SCRIPT],
    ] as const;
    const server = await serve(new Map([...modules, ...own]));
    // Only on localhost is a page that came by http secure, and has a file system.
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    // With a folder of its own it writes to disk; without one it would keep its files in memory.
    const profile = mkdtempSync(join(tmpdir(), "guardpage-chromium-"));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: program,
      headless: true,
      args: FLAGS,
    });
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(origin);
    return new Browser(server, context, page, profile, origin);
  }

  /** What `run` of an entry answers in the page. */
  inPage(entry: string, argument: Argument = null): Promise<unknown> {
    return this.#call("inPage", entry, argument);
  }

  /** What `run` of an entry answers in a dedicated worker of its own. */
  inWorker(entry: string, argument: Argument = null): Promise<unknown> {
    return this.#call("inWorker", entry, argument);
  }

  /** How many bytes the page may store, from now on. */
  async limitStorage(quotaSize: number): Promise<void> {
    // The limit holds as long as the session does.
    const session = await this.#context.newCDPSession(this.#page);
    await session.send("Storage.overrideQuotaForOrigin", { origin: this.#origin, quotaSize });
  }

  async close(): Promise<void> {
    await this.#context.close();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #call(name: "inPage" | "inWorker", entry: string, argument: Argument): Promise<unknown> {
    const [url, text] = [`/${entry}.js`, argument].map((value) => JSON.stringify(value));
    return this.#page.evaluate(`${name}(${url}, ${text})`);
  }
}

async function serve(scripts: ReadonlyMap<string, string>): Promise<Server> {
  const server = createServer(({ url = "/" }, response) => {
    const script = scripts.get(url.slice(1));
    const found = url === "/" || script !== undefined;
    const type = script === undefined ? "text/html" : "text/javascript";
    response.writeHead(found ? 200 : 404, {
      "content-type": `${type}; charset=utf-8`,
      // Only then may memory be shared with workers.
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    });
    response.end(found ? (script ?? PAGE) : "");
  });
  server.listen(0, "localhost");
  await new Promise((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  return server;
}
