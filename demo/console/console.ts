import { signal } from "@preact/signals";
import { memberNames } from "../calls/member-names.ts";
import type { Session } from "../session/session.ts";
import { type Completion, completion } from "./completion.ts";
import { History } from "./history.ts";
import { type Outcome, Scope } from "./scope.ts";

/** One entry of the log: a line and what came of it, or what a line has printed. */
export type Entry = { readonly number: number } & (
  | { readonly outcome: Outcome }
  | { readonly printed: unknown }
);

/** Longest log that is kept, in entries. */
const ENTRIES_MAXIMUM = 300;

/** Lines of JavaScript, and what came of them. */
export class Console {
  readonly scope: Scope;
  /** Oldest first. */
  readonly entries = signal<readonly Entry[]>([]);
  /** What is being written. */
  readonly draft = signal("");
  /** Counts how often a line was put here from elsewhere: whoever shows it takes the focus. */
  readonly puts = signal(0);
  readonly #session: Session;
  readonly #history = new History();
  #count = 0;

  constructor(session: Session) {
    this.#session = session;
    this.scope = new Scope(session, (printed) => this.#add({ printed }));
  }

  /** Run what is written. */
  run(): void {
    const line = this.draft.value.trim();
    if (line === "") return;
    this.#history.add(line);
    this.draft.value = "";
    this.#add({ outcome: this.scope.run(line) });
  }

  /** Show the console with a line to be run. */
  put(line: string): void {
    this.draft.value = line;
    this.puts.value += 1;
    this.#session.panel.value = "console";
  }

  older(): void {
    this.draft.value = this.#history.older(this.draft.value);
  }

  newer(): void {
    this.draft.value = this.#history.newer(this.draft.value);
  }

  /** What Tab does at the caret; undefined where it has nothing to do. */
  complete(caret: number): Completion | undefined {
    return completion(this.draft.value, caret, (path) => this.#names(path));
  }

  clear(): void {
    this.entries.value = [];
  }

  #names(path: string): readonly string[] {
    if (path === "") return this.scope.names;
    const [first = "", ...rest] = path.split(".");
    let value = this.scope.read(first);
    for (const name of rest) value = Object(value)[name];
    return memberNames(value);
  }

  #add(entry: { readonly outcome: Outcome } | { readonly printed: unknown }): void {
    this.#count += 1;
    const entries = [...this.entries.value, { number: this.#count, ...entry }];
    this.entries.value = entries.slice(-ENTRIES_MAXIMUM);
  }
}

const consoles = new WeakMap<Session, Console>();

/** The console of a session: the form of calls has the same names. */
export function consoleOf(session: Session): Console {
  const known = consoles.get(session);
  if (known !== undefined) return known;
  const made = new Console(session);
  consoles.set(session, made);
  return made;
}
