import type { Machine } from "../../machine.ts";
import type { Process } from "../../process.ts";
import {
  ADDRESS_NUMBERS,
  ADDRESS_TRUTHS,
  constantOf,
  MACHINE_NUMBERS,
  type Numeric,
  PROCESS_NUMBERS,
} from "./names.ts";
import { applied, CALCULATIONS, COMPARISONS, CONNECTIVES, PRECEDENCES } from "./operators.ts";
import { ConditionError, type Token, tokensOf } from "./tokens.ts";

/** Whether something is so of a machine. */
export type Condition = (machine: Machine) => boolean;

interface NumberNode {
  readonly kind: "number";
  readonly column: number;
  readonly of: (machine: Machine) => Numeric;
}

interface TruthNode {
  readonly kind: "truth";
  readonly column: number;
  readonly of: Condition;
}

type Node = NumberNode | TruthNode;

/** @throws ConditionError with the column of what does not fit */
export function parseCondition(text: string): Condition {
  return new Parser(tokensOf(text)).condition().of;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  condition(): TruthNode {
    const whole = truth(this.#expression(1));
    const { kind, text, column } = this.#next;
    if (kind !== "end") throw new ConditionError(column, `"${text}" does not belong here`);
    return whole;
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #take(): Token {
    const token = this.#next;
    if (token.kind !== "end") this.#at += 1;
    return token;
  }

  #expect(text: string): void {
    const { column, ...token } = this.#take();
    if (token.text !== text) throw new ConditionError(column, `"${text}" is missing here`);
  }

  /** Operators that bind at least so tightly, and what is between them. */
  #expression(loosest: number): Node {
    let left = this.#operand();
    for (;;) {
      const operator = this.#next;
      const precedence = PRECEDENCES.get(operator.text);
      if (precedence === undefined || precedence < loosest) return left;
      this.#take();
      left = combined(operator, left, this.#expression(precedence + 1));
    }
  }

  #operand(): Node {
    const token = this.#take();
    const { kind, text, column } = token;
    if (text === "!") {
      const { of } = truth(this.#operand());
      return { kind: "truth", column, of: (machine) => !of(machine) };
    }
    if (text === "(") {
      const inner = this.#expression(1);
      this.#expect(")");
      return inner;
    }
    if (kind === "number") return { kind: "number", column, of: () => BigInt(text) };
    if (kind === "name") return this.#named(token);
    throw new ConditionError(column, "a number, a name or a condition is missing here");
  }

  #named(token: Token): Node {
    const { text, column } = token;
    if (text === "process") return this.#ofProcess();
    if (Object.hasOwn(MACHINE_NUMBERS, text)) {
      return { kind: "number", column, of: MACHINE_NUMBERS[text] as NumberNode["of"] };
    }
    const constant = constantOf(text);
    if (constant !== undefined) return { kind: "number", column, of: () => constant };
    return this.#inProcess(token, (machine) => machine.processes[0]);
  }

  /** process(number).name */
  #ofProcess(): Node {
    this.#expect("(");
    const { of } = number(this.#expression(1));
    this.#expect(")");
    this.#expect(".");
    return this.#inProcess(this.#take(), (machine) => machine.processes[Number(of(machine)) - 1]);
  }

  #inProcess(token: Token, processOf: (machine: Machine) => Process | undefined): Node {
    const { text, column } = token;
    if (Object.hasOwn(PROCESS_NUMBERS, text)) {
      const figure = PROCESS_NUMBERS[text] as (process: Process) => Numeric;
      return { kind: "number", column, of: (machine) => ifThere(processOf(machine), figure) };
    }
    if (Object.hasOwn(ADDRESS_TRUTHS, text)) {
      const holds = ADDRESS_TRUTHS[text] as (process: Process, address: number) => boolean;
      const address = this.#address();
      return {
        kind: "truth",
        column,
        of: (machine) => atAddress(processOf(machine), address(machine), holds) ?? false,
      };
    }
    if (Object.hasOwn(ADDRESS_NUMBERS, text)) {
      const figure = ADDRESS_NUMBERS[text] as (process: Process, address: number) => Numeric;
      const address = this.#address();
      return {
        kind: "number",
        column,
        of: (machine) => atAddress(processOf(machine), address(machine), figure),
      };
    }
    throw new ConditionError(column, `"${text}" is no name that a condition knows`);
  }

  #address(): NumberNode["of"] {
    this.#expect("(");
    const { of } = number(this.#expression(1));
    this.#expect(")");
    return of;
  }
}

function combined(operator: Token, left: Node, right: Node): Node {
  const { text, column } = operator;
  const connective = CONNECTIVES[text];
  if (connective !== undefined) {
    const [one, two] = [truth(left).of, truth(right).of];
    return { kind: "truth", column, of: (machine) => connective(one(machine), () => two(machine)) };
  }
  const [one, two] = [number(left).of, number(right).of];
  const comparison = COMPARISONS[text];
  if (comparison !== undefined) {
    const of: Condition = (machine) => applied(comparison, one(machine), two(machine)) ?? false;
    return { kind: "truth", column, of };
  }
  const calculation = CALCULATIONS[text] as (typeof CALCULATIONS)[string];
  return {
    kind: "number",
    column,
    of: (machine) => applied(calculation, one(machine), two(machine)),
  };
}

function truth(node: Node): TruthNode {
  if (node.kind === "truth") return node;
  throw new ConditionError(node.column, "a number, where a condition must be: compare it");
}

function number(node: Node): NumberNode {
  if (node.kind === "number") return node;
  throw new ConditionError(node.column, "a condition, where a number must be");
}

function ifThere<Result>(
  process: Process | undefined,
  of: (process: Process) => Result,
): Result | undefined {
  return process && of(process);
}

function atAddress<Result>(
  process: Process | undefined,
  address: Numeric,
  of: (process: Process, address: number) => Result,
): Result | undefined {
  const at = Number(address);
  return process && Number.isSafeInteger(at) && at >= 0 ? of(process, at) : undefined;
}
