const LINES_MAXIMUM = 200;
/** Where the lines are kept as long as the tab of the browser is open. */
const KEPT = "guardpage.console";

/** The lines that were run, to go back to. */
export class History {
  #lines: readonly string[];
  /** Of the line that is shown; behind the last one for what is being written. */
  #position: number;
  #unfinished = "";

  constructor() {
    this.#lines = kept();
    this.#position = this.#lines.length;
  }

  add(line: string): void {
    if (this.#lines.at(-1) !== line) this.#lines = [...this.#lines, line].slice(-LINES_MAXIMUM);
    this.#position = this.#lines.length;
    this.#unfinished = "";
    keep(this.#lines);
  }

  /** The line before, or what is shown where there is none. */
  older(shown: string): string {
    if (this.#position === this.#lines.length) this.#unfinished = shown;
    if (this.#position === 0) return shown;
    this.#position -= 1;
    return this.#lines[this.#position] ?? shown;
  }

  /** The line behind, at last what was being written. */
  newer(shown: string): string {
    if (this.#position >= this.#lines.length) return shown;
    this.#position += 1;
    return this.#lines[this.#position] ?? this.#unfinished;
  }
}

function kept(): readonly string[] {
  try {
    const lines: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(lines) ? lines.map(String) : [];
  } catch {
    // A browser may keep nothing for anybody, or something else under this name.
    return [];
  }
}

function keep(lines: readonly string[]): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(lines));
  } catch {
    // They last as long as the page, then.
  }
}
