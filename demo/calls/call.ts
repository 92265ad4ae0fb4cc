import type { Answer } from "./answer.ts";
import type { Parameter } from "./parameter.ts";

/** A call that the form can make. */
export interface Call {
  /** As a line has it: "VirtualAlloc", "memory.getUint32". */
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly answer: Answer;
  /** The name in the console that the answer gets, for other calls to use. */
  readonly kept?: string;
  /** Whether a rule answers it; default true. */
  readonly isDecided?: boolean;
}

export interface Theme {
  readonly title: string;
  readonly calls: readonly Call[];
}

export function call(name: string, answer: Answer, ...parameters: readonly Parameter[]): Call {
  return { name, answer, parameters };
}

/** As `call`, for one that is answered without a look at a rule. */
export function undecided(name: string, answer: Answer, ...parameters: readonly Parameter[]): Call {
  return { name, answer, parameters, isDecided: false };
}

/** The call as a line of JavaScript. */
export function lineOf(
  { name, parameters, kept }: Call,
  texts: (parameter: Parameter) => readonly string[],
): string {
  const codes = parameters.map((parameter) => parameter.code(texts(parameter)));
  while (codes.at(-1) === "undefined") codes.pop();
  const made = `${name}(${codes.join(", ")})`;
  return kept === undefined ? made : `${kept} = ${made}`;
}
