/** What Tab makes of a text. */
export interface Completion {
  readonly text: string;
  readonly caret: number;
  /** The names that there are to choose from, where there is more than one. */
  readonly choices: readonly string[];
}

/** A word, and the names with dots before it. */
const WORD = /(?:^|[^\w$.])((?:[A-Za-z_$][\w$]*\.)*)([A-Za-z_$][\w$]*)?$/;

/**
 * Complete the name before the caret as far as it is certain.
 *
 * @param names of what stands before the last dot, "" for the names of the scope
 * @returns undefined where there is nothing to complete
 */
export function completion(
  text: string,
  caret: number,
  names: (path: string) => readonly string[],
): Completion | undefined {
  const [, path = "", begun = ""] = WORD.exec(text.slice(0, caret)) ?? [];
  if (path === "" && begun === "") return undefined;
  const choices = names(path.slice(0, -1)).filter((name) => name.startsWith(begun));
  const certain = commonStart(choices);
  if (choices.length === 0 || (choices.length === 1 && certain === begun)) return undefined;
  const start = caret - begun.length;
  return {
    text: text.slice(0, start) + certain + text.slice(caret),
    caret: start + certain.length,
    choices: choices.length > 1 ? choices : [],
  };
}

function commonStart([first = "", ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}
