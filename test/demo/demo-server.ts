import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { build } from "vite";
import { root } from "../setup/tree.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** The demo, built as `npm run demo:build` does it, on a port of this machine. */
export class DemoServer {
  readonly origin: string;
  readonly folder: string;
  readonly #server: Server;

  static async start(): Promise<DemoServer> {
    const folder = mkdtempSync(join(tmpdir(), "guardpage-demo-"));
    await build({ root: `${root}/demo`, logLevel: "warn", build: { outDir: folder } });
    const server = createServer(({ url = "/" }, response) => {
      const path = normalize(new URL(url, "http://localhost").pathname);
      const name = path.endsWith("/") ? `${path}index.html` : path;
      try {
        const bytes = readFileSync(join(folder, name));
        response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "" }).end(bytes);
      } catch {
        response.writeHead(404).end();
      }
    });
    server.listen(0, "localhost");
    await new Promise((resolve) => server.once("listening", resolve));
    return new DemoServer(server, folder);
  }

  private constructor(server: Server, folder: string) {
    this.#server = server;
    this.folder = folder;
    this.origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
