import { type CoreExports, PAGE_BYTES } from "./exports.ts";
import type { Link } from "./link.ts";
import { RequestField, RequestKind, STATUS_ASKS } from "./requests-exports.ts";

/** What the core asks of the host: that a page be stored, or brought. */
export interface PageRequest {
  readonly kind: "store" | "load" | "write" | "read";
  /** By which the answer is recognized. */
  readonly ticket: number;
  /** Slot of the page store, or number of the file. */
  readonly number: number;
  /** Of the file. */
  readonly page: number;
  /** The page in linear memory: to be read, or to be filled. Valid until memory grows. */
  readonly bytes: () => Uint8Array;
}

const KINDS = { 1: "store", 2: "load", 3: "write", 4: "read" } as const;

type Call = (...parameters: number[]) => number;

const OUTCOME_ASKS = 5;
const PEEK_ASKS = 2;

/**
 * The exports whose calls may have to be made again, and how they say so. Long ones go on from
 * where they were: their callers see to that.
 */
const SERVED: readonly (readonly [keyof CoreExports, number])[] = [
  ["allocateF64", STATUS_ASKS],
  ["allocateExF64", STATUS_ASKS],
  ["freeF64", STATUS_ASKS],
  ["protectF64", STATUS_ASKS],
  ["queryF64", STATUS_ASKS],
  ["lockF64", STATUS_ASKS],
  ["unlockF64", STATUS_ASKS],
  ["getWriteWatchF64", STATUS_ASKS],
  ["serviceAskF64", STATUS_ASKS],
  ["viewMapF64", STATUS_ASKS],
  ["viewMapExF64", STATUS_ASKS],
  ["viewFlushF64", STATUS_ASKS],
  ["enclaveCreateF64", STATUS_ASKS],
  ["enclaveLoadF64", STATUS_ASKS],
  ["enclaveInitializeF64", STATUS_ASKS],
  ["targetsSetF64", STATUS_ASKS],
  ["userPagesAllocateF64", STATUS_ASKS],
  ["userPagesFreeF64", STATUS_ASKS],
  ["userPagesMapF64", STATUS_ASKS],
  ["userPagesScatterF64", STATUS_ASKS],
  ["allocateNumaF64", STATUS_ASKS],
  ["workingSetQueryF64", STATUS_ASKS],
  ["workingSetQueryExF64", STATUS_ASKS],
  ["workingSetGetLimitsF64", STATUS_ASKS],
  ["stackGuaranteeF64", STATUS_ASKS],
  ["discardPagesF64", STATUS_ASKS],
  ["askF64", OUTCOME_ASKS],
  ["peekF64", PEEK_ASKS],
  ["pokeF64", PEEK_ASKS],
];

/** The pending request of the core, and calls that wait for it. */
export class Requests {
  readonly #link: Link;
  /** The exports as they are without the host's service. */
  #unserved: CoreExports | undefined;

  constructor(link: Link) {
    this.#link = link;
  }

  pending(): PageRequest {
    return this.#link.call((core) => {
      const kind = core.requestFieldF64(RequestField.Kind) as
        | keyof typeof KINDS
        | typeof RequestKind.None;
      if (kind === RequestKind.None) throw new Error("the core asks for nothing");
      const linear = core.requestFieldF64(RequestField.Linear);
      return {
        kind: KINDS[kind],
        ticket: core.requestFieldF64(RequestField.Ticket),
        number: core.requestFieldF64(RequestField.Number),
        page: core.requestFieldF64(RequestField.Page),
        bytes: () => this.#link.view.bytes(linear, PAGE_BYTES),
      };
    });
  }

  /** As `peek` of the core, and 2 where the host has to do first what `pending` says. */
  peekUnserved(space: number, address: number): number {
    return this.#link.call((exports, context) => {
      const { peekF64 } = this.#unserved ?? exports;
      const linear = peekF64(space, address) >>> 0;
      exports.outcomeClear(context);
      return linear;
    });
  }

  /** Whether the answer was still awaited. */
  answer(ticket: number, status: number): boolean {
    return this.#link.call((core) => core.requestAnswer(ticket, status) !== 0);
  }

  /**
   * From now on, calls that ask are made again when `serve` has done what they ask for; it says
   * what became of it. Machines that keep nothing outside of memory never ask, and never come here.
   */
  serveWith(serve: () => number): void {
    const { bare: exports } = this.#link;
    this.#unserved = exports;
    const serving: Record<string, unknown> = { ...exports };
    for (const [name, asks] of SERVED) {
      const call = exports[name] as Call;
      serving[name] = (...parameters: number[]) => {
        for (;;) {
          const answer = call(...parameters);
          if (answer !== asks) return answer;
          exports.outcomeClear(this.#link.context);
          const status = serve();
          // A page that cannot be written is still to be written: the flush has failed.
          if (name === "viewFlushF64" && status !== 0) return status;
        }
      };
    }
    this.#link.replace(serving as unknown as CoreExports);
  }
}
