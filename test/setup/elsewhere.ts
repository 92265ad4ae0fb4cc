import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "./tree.ts";

/** What a snapshot is restored with, as it can be sent. */
export interface Parcel {
  readonly snapshot: Uint8Array;
  /** The files that belong to it. */
  readonly files: readonly Uint8Array[];
  readonly hasPageStore: boolean;
}

/** Restores each line's snapshot, and answers with its hash or with why not. */
const PROGRAM = `
  import { Machine, MemoryFile, MemoryPageStore } from ${JSON.stringify(`${root}/dist/index.js`)};
  import { createInterface } from "node:readline";
  const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));
  for await (const line of createInterface({ input: process.stdin })) {
    const { snapshot, files, hasPageStore } = JSON.parse(line);
    const backings = files.map((contents) => new MemoryFile({ contents: bytes(contents) }));
    const attach = { files: ({ number }) => backings[number - 1] };
    if (hasPageStore) attach.pageStore = new MemoryPageStore();
    try {
      const machine = await Machine.restore(bytes(snapshot), { attach, space: "translated" });
      console.log(machine.hash());
    } catch (error) {
      console.log(String(error));
    }
  }
`;

/** JavaScriptCore in a process of its own, which restores snapshots. */
export class Elsewhere {
  readonly #folder = mkdtempSync(join(tmpdir(), "guardpage-"));
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    const bun = createRequire(import.meta.url).resolve("bun/bin/bun.exe");
    const path = join(this.#folder, "restore.mjs");
    writeFileSync(path, PROGRAM);
    this.#process = spawn(bun, [path], { stdio: ["pipe", "pipe", "inherit"] });
    const { stdout } = this.#process;
    if (stdout === null) throw new Error("bun has no output");
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** The hash of the restored machine, or why it could not be restored. */
  async restore({ snapshot, files, hasPageStore }: Parcel): Promise<string> {
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
    const order = { snapshot: text(snapshot), files: files.map(text), hasPageStore };
    this.#process.stdin?.write(`${JSON.stringify(order)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error("bun has ended");
    return value;
  }

  end(): void {
    this.#process.stdin?.end();
    this.#process.kill();
    rmSync(this.#folder, { recursive: true });
  }
}
