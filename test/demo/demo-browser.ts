import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { FLAGS } from "../../bench/engines/chromium.mjs";
import { DemoServer } from "./demo-server.ts";

/** A Chromium that opens the demo. */
export class DemoBrowser {
  readonly #server: DemoServer;
  readonly #browser: Browser;

  static async open(program: string): Promise<DemoBrowser> {
    const server = await DemoServer.start();
    const options = { executablePath: program, headless: true, args: FLAGS };
    return new DemoBrowser(server, await chromium.launch(options));
  }

  private constructor(server: DemoServer, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  /**
   * The page in a context of its own, when it has drawn itself.
   *
   * @param hash "#commit-on-fault"
   */
  async page(hash = "", options: BrowserContextOptions = {}): Promise<DemoPage> {
    const context = await this.#browser.newContext(options);
    const page = await context.newPage();
    const demo = new DemoPage(page, this.#server.origin);
    await page.goto(`${this.#server.origin}/${hash}`);
    await page.getByRole("tablist").waitFor();
    return demo;
  }

  /** Where the files are that it serves. */
  get folder(): string {
    return this.#server.folder;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }
}

/** One page of the demo, and what it asked for and complained of. */
export class DemoPage {
  readonly page: Page;
  /** Errors of the page, and requests to other origins. */
  readonly complaints: string[] = [];
  /** Paths of the files that were fetched. */
  readonly fetched: string[] = [];

  constructor(page: Page, origin: string) {
    this.page = page;
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol === "data:" || url.protocol === "blob:") return;
      this.fetched.push(url.pathname);
      if (url.origin !== origin) this.complaints.push(`asks ${url.origin}`);
    });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
