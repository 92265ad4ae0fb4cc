import { type GuestMemory, Machine, MemoryFile, type Process } from "guardpage";
import * as constants from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { ntdll } from "guardpage/ntdll";
import { callOf } from "../calls/calls.ts";
import type { Session } from "../session/session.ts";
import { declared } from "./declarations.ts";

/** A call that a line made. */
export interface NotedCall {
  readonly name: string;
  readonly value: unknown;
  readonly hasFailed: boolean;
  /** undefined where the call has left it alone, and has not failed by it. */
  readonly lastError: number | undefined;
  /** The rule that answered it; "" where none did. */
  readonly rule: string;
}

/** What came of a line. */
export interface Outcome {
  readonly line: string;
  /** undefined where it threw. */
  readonly value: unknown;
  readonly thrown: { readonly error: unknown } | undefined;
  /** The last call of the line. */
  readonly call: NotedCall | undefined;
  /**
   * The rule of the call that the value is of, or of the last exception that came up, or of the
   * last call; "" where none decided.
   */
  readonly rule: string;
}

type Names = Readonly<Record<string, unknown>>;

/** The names that lines see, with what each of them leaves behind. */
export class Scope {
  /** What lines have declared or assigned. */
  readonly variables: Record<string, unknown> = Object.create(null);
  readonly #session: Session;
  readonly #print: (value: unknown) => void;
  /** By process, so that a handler goes on calling in the process that it was made for. */
  readonly #names = new WeakMap<Process, Names>();
  #lastCall: NotedCall | undefined;

  /** @param print hears of what a line prints */
  constructor(session: Session, print: (value: unknown) => void) {
    this.#session = session;
    this.#print = print;
  }

  /** All names but those of JavaScript, ascending. */
  get names(): readonly string[] {
    return Object.keys({ ...this.#base(), ...this.variables }).sort();
  }

  /** What a name stands for; undefined for one that is not there. */
  read(name: string): unknown {
    return name in this.variables ? this.variables[name] : this.#base()[name];
  }

  /** Run a line, and let everybody look at the machine again. */
  run(line: string): Outcome {
    const { exceptions } = this.#session;
    const exceptionsBefore = exceptions.count;
    const { value, thrown } = this.#attempt(line);
    const call = this.#lastCall;
    const isRaised = exceptions.count > exceptionsBefore;
    const raised = isRaised ? exceptions.entries.value.at(-1) : undefined;
    this.#session.changed();
    const isAnswer = thrown === undefined && Object.is(call?.value, value) && call?.rule !== "";
    const answered = isAnswer ? call?.rule : undefined;
    const rule = answered ?? raised?.rule ?? call?.rule ?? "";
    return { line, value, thrown, call, rule };
  }

  #attempt(line: string): Pick<Outcome, "value" | "thrown"> {
    this.#lastCall = undefined;
    try {
      return { value: this.#evaluate(line), thrown: undefined };
    } catch (error) {
      return { value: undefined, thrown: { error } };
    }
  }

  #evaluate(line: string): unknown {
    const base = this.#base();
    const { source, names } = declared(line);
    const { variables } = this;
    for (const name of names) if (!(name in variables)) variables[name] = undefined;
    const scope = new Proxy(variables, {
      has: (_variables, name) => name !== "eval" && name !== "arguments",
      get(_variables, name) {
        if (typeof name === "symbol") return undefined;
        if (name in variables) return variables[name];
        return name in base ? base[name] : globalNamed(name);
      },
    });
    // What begins with a brace is meant as an object, where it can be one.
    const asObject = `(${source}\n)`;
    const text = /^\s*\{/.test(source) && compiles(asObject) ? asObject : source;
    return new Function("with (this) return eval(arguments[0])").call(scope, text);
  }

  #base(): Names {
    const process = this.#session.process.value;
    const names = this.#names.get(process) ?? this.#namesOf(process);
    this.#names.set(process, names);
    return { ...names, focus: this.#session.focus.value };
  }

  #namesOf(process: Process): Names {
    const { machine } = process;
    const memory: GuestMemory = process.memory;
    const print = this.#print;
    const calls = { ...kernel32(process), ...ntdll(process) };
    const noted = Object.entries(calls).map(([name, call]) => {
      return [name, this.#noted(process, name, call)] as const;
    });
    const own = { machine, process, memory, print, Machine, MemoryFile };
    return { ...constants, ...Object.fromEntries(noted), ...own };
  }

  /** The same function, which leaves word of what it answered. */
  #noted(process: Process, name: string, call: (...values: never[]) => unknown) {
    const { GetLastError } = kernel32(process);
    const { answer, isDecided = true } = callOf(name) ?? {};
    const isLastError = name === "SetLastError";
    return (...values: never[]) => {
      const before = process.exited ? 0 : GetLastError();
      const value = call(...values);
      const after = process.exited ? before : GetLastError();
      const hasFailed = answer?.hasFailed(value) ?? false;
      const isSaid = (hasFailed && answer?.setsLastError) || (after !== before && !isLastError);
      this.#lastCall = {
        name,
        value,
        hasFailed,
        lastError: isSaid ? after : undefined,
        rule: isDecided ? process.machine.decision : "",
      };
      return value;
    };
  }
}

/** A function that wants to be called on the window would be called on the scope. */
function globalNamed(name: string): unknown {
  if (!(name in globalThis)) throw new ReferenceError(`${name} is not defined`);
  const value: unknown = Reflect.get(globalThis, name);
  if (typeof value !== "function" || Object.hasOwn(value, "prototype")) return value;
  return value.bind(globalThis);
}

function compiles(text: string): boolean {
  try {
    return new Function(text) instanceof Function;
  } catch {
    return false;
  }
}
