import { signal } from "@preact/signals";
import type { Console } from "./console.ts";

type TextArea = Pick<
  HTMLTextAreaElement,
  "value" | "selectionStart" | "selectionEnd" | "setSelectionRange"
>;

/** What keys do where a line is written. */
export class Prompt {
  /** The names that Tab has to choose from. */
  readonly choices = signal<readonly string[]>([]);
  readonly #console: Console;
  #isLeaving = false;
  readonly #keys: Readonly<Record<string, (area: TextArea) => boolean>> = {
    Enter: () => this.#run(),
    ArrowUp: (area) => this.#older(area),
    ArrowDown: (area) => this.#newer(area),
    Tab: (area) => !this.#isLeaving && this.#complete(area),
  };

  constructor(own: Console) {
    this.#console = own;
  }

  /**
   * A key without others.
   *
   * @returns whether it has done its work: if not, the browser does what it does with it
   */
  pressed(key: string, area: TextArea): boolean {
    const isDone = this.#keys[key]?.(area) ?? false;
    this.#isLeaving = key === "Escape";
    if (key !== "Tab") this.choices.value = [];
    return isDone;
  }

  wrote(text: string): void {
    this.#console.draft.value = text;
    this.choices.value = [];
  }

  #run(): boolean {
    this.#console.run();
    return true;
  }

  /** In the first of several lines; in others the key moves the caret. */
  #older({ value, selectionStart }: TextArea): boolean {
    if (value.slice(0, selectionStart).includes("\n")) return false;
    this.#console.older();
    return true;
  }

  #newer({ value, selectionEnd }: TextArea): boolean {
    if (value.slice(selectionEnd).includes("\n")) return false;
    this.#console.newer();
    return true;
  }

  /** Does nothing a second time, so that nobody is caught here. */
  #complete(area: TextArea): boolean {
    const completed = this.#console.complete(area.selectionStart);
    if (completed === undefined) return false;
    const { text, caret, choices } = completed;
    if (text === area.value && this.choices.value.length > 0) return false;
    this.#console.draft.value = text;
    area.value = text;
    area.setSelectionRange(caret, caret);
    this.choices.value = choices;
    return true;
  }
}
