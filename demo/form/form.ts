import { type Signal, signal } from "@preact/signals";
import { POINTER } from "../calls/answer.ts";
import { type Call, lineOf } from "../calls/call.ts";
import { callOf, themes } from "../calls/calls.ts";
import type { Field, Parameter } from "../calls/parameter.ts";
import type { Outcome, Scope } from "../console/scope.ts";
import type { Session } from "../session/session.ts";
import { hex } from "../session/words.ts";

/** Where the name of the chosen call is kept from visit to visit. */
const KEPT = "guardpage.call";

/** What a call has put somewhere, by the name of the parameter. */
export interface Received {
  readonly parameter: Parameter;
  readonly value: unknown;
}

export interface Made {
  readonly call: Call;
  readonly outcome: Outcome;
  readonly received: readonly Received[];
}

/** The form of the chosen call: what is in its fields, and what came of it. */
export class Form {
  readonly chosen: Signal<Call>;
  /** What came of the last call. */
  readonly made = signal<Made | undefined>(undefined);
  readonly #session: Session;
  readonly #scope: Scope;
  /** What was put in, for each call; empty where a field has what it began with. */
  readonly #texts = signal<Readonly<Record<string, string>>>({});
  #initials: ReadonlyMap<Field, string> = new Map();

  constructor(session: Session, scope: Scope) {
    this.#session = session;
    this.#scope = scope;
    this.chosen = signal(kept() ?? firstCall());
    this.#begin();
  }

  choose(name: string): void {
    const call = callOf(name);
    if (call === undefined) return;
    keep(name);
    this.chosen.value = call;
    this.made.value = undefined;
    this.#begin();
  }

  text(parameter: Parameter, field: Field): string {
    return this.#texts.value[this.#key(parameter, field)] ?? this.#initials.get(field) ?? "";
  }

  put(parameter: Parameter, field: Field, text: string): void {
    this.#texts.value = { ...this.#texts.value, [this.#key(parameter, field)]: text };
  }

  /** Put the page with the focus of the map into a field. */
  putFocus(parameter: Parameter, field: Field): void {
    this.put(parameter, field, hex(this.#session.focus.value));
  }

  /** The call as a line, or why there is none. */
  line(): { readonly line: string } | { readonly reason: string } {
    try {
      const texts = (parameter: Parameter) => {
        return parameter.fields.map((field) => this.text(parameter, field));
      };
      return { line: lineOf(this.chosen.value, texts) };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return { reason: error.message };
    }
  }

  /** Make the call, and show where the memory is that came of it. */
  make(): void {
    const line = this.line();
    if ("reason" in line) return;
    const call = this.chosen.value;
    const outcome = this.#scope.run(line.line);
    const received = outcome.thrown === undefined ? this.#received(call, line.line) : [];
    this.made.value = { call, outcome, received };
    if (outcome.thrown === undefined && !call.answer.hasFailed(outcome.value)) this.#show();
  }

  #show(): void {
    const { call, outcome, received = [] } = this.made.value ?? {};
    const place = received.find(({ parameter }) => parameter.received === "address")?.value;
    const address = call?.answer === POINTER ? outcome?.value : place;
    if (typeof address === "number" && address > 0) this.#session.goTo(address);
  }

  /** What the line gives a name; the rest was put at a guest address, or nowhere. */
  #received({ parameters }: Call, line: string): Received[] {
    return parameters
      .filter(({ name, received }) => received !== undefined && line.includes(`${name} = `))
      .map((parameter) => {
        const holder = this.#scope.read(parameter.name);
        const isHolder = typeof holder === "object" && holder !== null && "value" in holder;
        return { parameter, value: isHolder ? holder.value : holder };
      });
  }

  #begin(): void {
    const fields = this.chosen.value.parameters.flatMap((parameter) => parameter.fields);
    this.#initials = new Map(fields.map((field) => [field, this.#initial(field)]));
  }

  #initial({ initial, preferred = [] }: Field): string {
    const better = preferred.find((name) => {
      return this.#scope.read(name.split(".")[0] ?? "") !== undefined;
    });
    if (better !== undefined) return better;
    return initial === "focus" ? hex(this.#session.focus.value) : initial;
  }

  #key(parameter: Parameter, field: Field): string {
    return [this.chosen.value.name, parameter.name, field.label].join("/");
  }
}

function firstCall(): Call {
  const [call] = themes[0]?.calls ?? [];
  if (call === undefined) throw new Error("there is no call");
  return call;
}

function kept(): Call | undefined {
  try {
    return callOf(localStorage.getItem(KEPT) ?? "");
  } catch {
    // A browser may keep nothing for anybody.
    return undefined;
  }
}

function keep(name: string): void {
  try {
    localStorage.setItem(KEPT, name);
  } catch {
    // The choice lasts as long as the page, then.
  }
}
