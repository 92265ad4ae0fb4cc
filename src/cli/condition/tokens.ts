import { InputError } from "../replay-files.ts";

/** What is wrong with a condition, and where. */
export class ConditionError extends InputError {
  /** @param column of the first character that does not fit, from 1 */
  constructor(column: number, message: string) {
    super(`--where, column ${column}: ${message}`);
    this.name = "ConditionError";
  }
}

export interface Token {
  readonly kind: "number" | "name" | "operator" | "end";
  readonly text: string;
  readonly column: number;
}

const SPACE = /\s*/y;
const TOKENS = [
  ["number", /0x[0-9a-f]+\b|\d+\b/iy],
  ["name", /[a-z_]\w*/iy],
  ["operator", /&&|\|\||[=!<>]=|[<>!&|+\-*(),.]/y],
] as const;

/** The last token is the end. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = matched(SPACE, text, 0).length; at < text.length; ) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at += token.text.length;
    at += matched(SPACE, text, at).length;
  }
  return [...tokens, { kind: "end", text: "", column: text.length + 1 }];
}

function tokenAt(text: string, at: number): Token {
  const column = at + 1;
  for (const [kind, pattern] of TOKENS) {
    const found = matched(pattern, text, at);
    if (found !== "") return { kind, text: found, column };
  }
  throw new ConditionError(column, `${JSON.stringify(text[at])} has no meaning here`);
}

function matched(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}
