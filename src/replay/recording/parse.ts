import { bytesOf } from "../../recording/bytes-text.ts";
import { decode, type Encoded } from "../../recording/values.ts";
import { Fields, type Json } from "../fields.ts";
import { parseHex } from "../numbers.ts";
import { TraceError } from "../trace.ts";
import type { CallStep, Ending, Recording, Step, Thrown } from "./recording.ts";

/** Begins of calls in which something came in between, and their ends. */
const PAIRS = { begin: "end", enter: "leave" } as const;
const KINDS = [
  ...["call", "callback", "begin", "end", "enter", "leave"],
  ...["changed", "settled", "written", "hash", "stop"],
];
const HASH = /^[0-9a-f]{16}$/;
const REFERENCE = /^(machine|(process|thread|object|host)\/\d+)(\/[\w-]+)*$/;
/** Names of things, where data may stand. */
const NAMES = ["ref", "host", "opaque", "sum", "view", "parameter"];

type OpenStep = { -readonly [Name in keyof CallStep]: CallStep[Name] } & { readonly steps: Step[] };

/**
 * Read the rows behind the header of a recording.
 *
 * @param lines the whole file; the first line is the header
 * @throws TraceError with the line of the first row that is wrong
 */
export function parseRecording(header: Json, rows: readonly Json[], file: string): Recording {
  return new Parser(file).parse(header, rows);
}

class Parser {
  readonly #file: string;
  readonly #open: OpenStep[] = [];
  readonly #steps: Step[] = [];
  #answers = 0;
  #isStopped = false;

  constructor(file: string) {
    this.#file = file;
  }

  parse(header: Json, rows: readonly Json[]): Recording {
    const first = this.#fields(header, 1);
    const options = header.options === undefined ? {} : value(first, header.options, "options");
    if (typeof options !== "object" || options === null) first.fail('"options" must be fields');
    if (header.pageStore !== undefined && header.snapshot !== undefined) {
      first.fail('a header has "pageStore" or "snapshot", not both');
    }
    for (const [index, row] of rows.entries()) this.#row(this.#fields(row, index + 2), index + 2);
    const open = this.#open.at(-1);
    if (open !== undefined) {
      throw new TraceError(this.#file, open.line, `${open.name ?? open.on} does not end`);
    }
    return {
      options: options as Record<string, unknown>,
      pageStore: header.pageStore as Encoded | undefined,
      snapshot: header.snapshot === undefined ? undefined : bytes(first, header.snapshot),
      steps: this.#steps,
      answers: this.#answers,
    };
  }

  #fields(row: Json, line: number): Fields {
    return new Fields(row, this.#file, line, 8);
  }

  #row(fields: Fields, line: number): void {
    const kinds = KINDS.filter((kind) => fields.object[kind] !== undefined);
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) {
      fields.fail(`a row must have one of ${KINDS.map((each) => `"${each}"`).join(", ")}`);
    }
    if (this.#isStopped) fields.fail('a row behind "stop"');
    switch (kind) {
      case "call":
      case "callback":
        this.#add({ ...beginning(fields, kind, line), ending: ending(fields), steps: [] });
        break;
      case "begin":
      case "enter":
        this.#begin(fields, kind, line);
        break;
      case "end":
      case "leave":
        this.#end(fields, kind, line);
        break;
      case "stop":
        this.#isStopped = true;
        break;
      default:
        this.#add(plainStep(fields, kind, line));
    }
  }

  #add(step: Step): void {
    if (step.kind === "call" || step.kind === "callback" || step.kind === "hash") this.#answers++;
    (this.#open.at(-1)?.steps ?? this.#steps).push(step);
  }

  #begin(fields: Fields, kind: keyof typeof PAIRS, line: number): void {
    const step = { ...beginning(fields, kind, line), ending: {}, steps: [] };
    this.#add(step);
    this.#open.push(step);
  }

  #end(fields: Fields, kind: string, line: number): void {
    const open = this.#open.pop();
    const name = fields.object[kind];
    const isCall = kind === PAIRS.begin;
    const isRight =
      open !== undefined &&
      (open.kind === "call") === isCall &&
      name === (isCall ? open.name : open.on);
    if (!isRight) fields.fail(`"${kind}" of ${JSON.stringify(name)}, which is not what began last`);
    open.ending = ending(fields);
    open.endLine = line;
  }
}

function beginning(fields: Fields, kind: string, line: number): Omit<CallStep, "ending" | "steps"> {
  const { object } = fields;
  const isCall = kind === "call" || kind === "begin";
  const on = isCall ? object.on : object[kind];
  const name = isCall ? (object.call ?? object.begin) : object.method;
  if (typeof on !== "string" || !REFERENCE.test(on)) {
    fields.fail(`${JSON.stringify(on)} does not name an object ("process/4/kernel32")`);
  }
  if ((isCall || name !== undefined) && (typeof name !== "string" || name === "")) {
    fields.fail(`"${kind}" must be the name of a function`);
  }
  if (!Array.isArray(object.args)) fields.fail(`${name ?? on} has no "args"`);
  const args = object.args as Encoded[];
  for (const [index, each] of args.entries()) value(fields, each, `args[${index}]`);
  return {
    kind: isCall ? "call" : "callback",
    line,
    endLine: line,
    on,
    name: name as string | undefined,
    args,
    ready: attempt(fields, line),
  };
}

/** Each attempt has made a call of its own, so there are fewer than lines. */
function attempt(fields: Fields, line: number): CallStep["ready"] {
  const { ready } = fields.object;
  if (ready === undefined) return undefined;
  const isPair = Array.isArray(ready) && ready.length === 2;
  if (!isPair || ready.some((each) => parseHex(each) === undefined)) {
    fields.fail('"ready" must be two hexadecimal numbers');
  }
  if (Number(ready[1]) > line) fields.fail(`"ready": ${ready[1]} attempts by line ${line}`);
  return [ready[0], ready[1]];
}

function ending(fields: Fields): Ending {
  const { return: returned, throw: thrown, later, out } = fields.object;
  const endings = [returned, thrown, later].filter((each) => each !== undefined);
  if (endings.length > 1) fields.fail('a row has one of "return", "throw" and "later"');
  if (returned !== undefined) value(fields, returned as Encoded, "return");
  if (thrown !== undefined) checkThrown(fields.child("throw"));
  if (later !== undefined && parseHex(later) === undefined) fields.fail('"later" must be a number');
  if (out !== undefined) {
    const changes = fields.child("out").object as Record<string, Encoded>;
    for (const [index, each] of Object.entries(changes)) value(fields, each, `out[${index}]`);
  }
  return {
    return: returned as Encoded | undefined,
    throw: thrown as Thrown | undefined,
    later: later as string | undefined,
    out: out as Ending["out"],
  };
}

function checkThrown(fields: Fields): void {
  const { error, again, value: plain, name, message, record } = fields.object;
  if ([error, again, plain].filter((each) => each !== undefined).length !== 1) {
    fields.fail('"throw" has one of "error", "again" and "value"');
  }
  for (const number of [error, again]) {
    if (number !== undefined && parseHex(number) === undefined) {
      fields.fail('"error" and "again" must be hexadecimal numbers');
    }
  }
  if (error !== undefined && typeof name !== "string") fields.fail('an error has a "name"');
  if (message !== undefined && typeof message !== "string") fields.fail('"message" must be text');
  for (const each of [plain, record]) if (each !== undefined) value(fields, each, "throw");
}

function plainStep(fields: Fields, kind: string, line: number): Step {
  const { object } = fields;
  switch (kind) {
    case "changed": {
      const { changed: on, field } = object;
      if (typeof on !== "string" || typeof field !== "string") fields.fail('"field" must be text');
      value(fields, object.value, "value");
      return { kind, line, on, field, value: object.value as Encoded };
    }
    case "settled":
      if (parseHex(object.settled) === undefined) fields.fail('"settled" must be a number');
      return { kind, line, later: object.settled as string, ending: ending(fields) };
    case "written": {
      const { written: process } = object;
      if (typeof process !== "string") fields.fail('"written" must name a process');
      const at = Number(fields.qword(object.at, "at"));
      const content = value(fields, object.value, "value");
      if (!(content instanceof Uint8Array)) fields.fail('"value" must be bytes');
      return { kind, line, process, at, bytes: content };
    }
    default: {
      const { hash } = object;
      if (typeof hash !== "string" || !HASH.test(hash)) {
        fields.fail('"hash" must be 16 lower-case hexadecimal digits');
      }
      return { kind: "hash", line, hash };
    }
  }
}

function bytes(fields: Fields, text: unknown): Uint8Array {
  const decoded = typeof text === "string" ? bytesOf(text) : undefined;
  return decoded ?? fields.fail('"snapshot" must be base64');
}

/** Looks at all of a value; names in it lead to anything. */
function value(fields: Fields, encoded: unknown, label: string): unknown {
  try {
    if (encoded === undefined) throw new RangeError("nothing is not a value");
    return decode(encoded as Encoded, (tagged) => {
      return NAMES.some((name) => Object.hasOwn(tagged, name)) ? tagged : undefined;
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return fields.fail(`${label}: ${error.message}`);
  }
}
