import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Machine, type MachineOptions, type Process } from "../../src/index.ts";
import { bundle } from "../setup/bundle.ts";
import { type Job, setWord, WORDS_BYTES, Word } from "./job.ts";

type Part = Partial<Pick<Job, "base" | "sizeBytes" | "count" | "seed">>;

/** The bundled worker, in a folder of its own. */
export class Workshop {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<Workshop> {
    const folder = mkdtempSync(join(tmpdir(), "guardpage-threads-"));
    const modules = await bundle({ worker: "test/threads/node-worker.ts" });
    for (const [name, code] of modules) writeFileSync(join(folder, name), code);
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    return new Workshop(folder);
  }

  get path(): string {
    return join(this.#folder, "worker.js");
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** A process of a machine with threads, and workers that have its threads. */
export class Crew {
  readonly guest: Process;
  readonly #path: string;
  /** What the workers see too, by `Word`. */
  readonly words = new Int32Array(new SharedArrayBuffer(WORDS_BYTES));
  readonly #workers: Promise<unknown>[] = [];
  readonly #running: Worker[] = [];

  private constructor(guest: Process, path: string) {
    this.guest = guest;
    this.#path = path;
  }

  static async of(workshop: Workshop, options: MachineOptions): Promise<Crew> {
    const machine = await Machine.create({ ...options, threads: true });
    return new Crew(machine.createProcess(), workshop.path);
  }

  /** One more worker starts a job. */
  start(role: string, part: Part): void {
    const thread = this.guest.createThread();
    const job: Job = {
      role,
      thread: thread.share(),
      words: this.words.buffer as SharedArrayBuffer,
      base: 0,
      sizeBytes: 0,
      count: 0,
      index: this.#workers.length,
      seed: 1,
      ...part,
    };
    const worker = new Worker(this.#path, { workerData: job });
    this.#running.push(worker);
    const answer = new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    const done = answer.then(async (value) => {
      await ended;
      thread.unshare();
      return value;
    });
    this.#workers.push(done);
  }

  /** The word is no longer 0. */
  async until(word: number): Promise<void> {
    while (Atomics.load(this.words, word) === 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /**
   * What each answered, once all have ended.
   *
   * @throws Error where one is not done in time; then none can be relied on to let go of the core
   */
  async answers(milliseconds = 100_000): Promise<unknown[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("a worker is not done in time")), milliseconds);
    });
    try {
      return await Promise.race([Promise.all(this.#workers), late]);
    } catch (error) {
      setWord(this.words, Word.stop, 1);
      await Promise.all(this.#running.map((worker) => worker.terminate()));
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
