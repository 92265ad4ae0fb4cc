import type { Observer } from "../faces.ts";
import { GuestView, WritableGuestView } from "../guest-view.ts";
import type { Machine } from "../machine.ts";
import type { Failure } from "../pager.ts";
import type { Process } from "../process.ts";
import { type Journal, journalUnderWay } from "../when-ready.ts";
import { hashOf, headerOf } from "./header.ts";
import { type HostCall, type HostListener, Hosts } from "./hosts.ts";
import { NameTable } from "./names.ts";
import { type ObjectListener, Objects } from "./objects.ts";
import { changesOf, encodeParameter, fieldsOf, filledOf } from "./parameters.ts";
import { type Row, RowWriter, type Sink } from "./rows.ts";
import { type Encoded, encode, encodeSum, hexOf } from "./values.ts";
import { WrittenPages } from "./written.ts";

/** What there is to know about a call. */
export interface RecordedCall {
  /** How rows name the object whose method it is. */
  readonly on: string;
  readonly name: string;
  readonly parameters: readonly unknown[];
  readonly work: (given: readonly unknown[]) => unknown;
  /** Whose memory is accessed. */
  readonly accessed?: Process | undefined;
}

/** A call of the program that has answered by a promise. */
interface Later {
  readonly number: string;
  readonly parameters: readonly unknown[];
  readonly before: readonly unknown[];
}

const SINGLE_ACCESS = /^[gs]et\w+?(8|16|32|64)$/;
const BYTE_BITS = 8;
/** Where nothing happens in it, nothing has come of it. */
const QUIET = /\/generatedCode enter$/;

/**
 * What happens between a machine and its program, in its order. A call that the program makes is a
 * row; what the machine makes of it itself is not, until it calls the program again.
 */
export class Tape implements Observer, HostListener, ObjectListener {
  readonly #machine: Machine;
  readonly #rows: RowWriter;
  readonly #names = new NameTable();
  readonly #objects = new Objects(this.#names, this);
  readonly #hosts = new Hosts(this, (value) => this.#objects.isMachines(value));
  readonly #written = new WrittenPages((process, address, bytes) => {
    const value = encode(bytes, this.#nameOf);
    this.#rows.write({ written: `process/${process.id}`, at: hexOf(address), value });
  });
  readonly #journals = new WeakMap<Journal, string>();
  readonly #hashEvery: number;
  readonly #later = new WeakMap<Promise<unknown>, Later>();
  #journalCount = 0;
  #laterCount = 0;
  #calls = 0;
  /** Whether the machine is at work, and not its program. */
  #isInside = false;
  #isRunning = true;

  constructor(machine: Machine, sink: Sink, hashEvery: number) {
    this.#machine = machine;
    this.#hashEvery = hashEvery;
    this.#rows = new RowWriter(sink);
    const { store } = machine.pager;
    this.#rows.write(headerOf(machine, store && this.#hosts.nameOf(store)));
    if (store !== undefined) {
      machine.pager.replaceStore(this.#hosts.lend(store) as typeof store, store);
    }
    machine.pager.onSettled = (promise, failure) => this.#settled(promise, failure);
    this.#objects.attach(machine);
    machine.observer = this;
  }

  get rows(): number {
    return this.#rows.rows;
  }

  get isInside(): boolean {
    return this.#isInside || !this.#isRunning;
  }

  /** Take everything back, and write the last rows. */
  stop(): void {
    if (!this.#isRunning) return;
    this.#written.look();
    this.#writeHash();
    this.#isRunning = false;
    this.#machine.observer = undefined;
    this.#machine.pager.onSettled = undefined;
    this.#objects.detach();
    this.#rows.write({ stop: hexOf(this.#rows.rows) });
  }

  rawOf(value: unknown): unknown {
    return this.#hosts.rawOf(value);
  }

  runsCode(process: Process): void {
    this.#written.runs(process);
  }

  refuseUnseen(): void {
    if (this.isInside) return;
    throw new Error(
      "a function that was taken before the recording began would be missing in it: " +
        "take it from its face again",
    );
  }

  face<Face extends object>(process: Process, name: string, face: Face): Face {
    return this.#objects.face(process, name, face) as Face;
  }

  call<Parameters extends readonly unknown[], Result>(
    process: Process,
    name: string,
    parameters: Parameters,
    work: (...parameters: Parameters) => Result,
  ): Result {
    const on = `process/${process.id}`;
    const make = (given: readonly unknown[]) => work(...(given as Parameters));
    return this.make({ on, name, parameters, work: make }) as Result;
  }

  readonly #nameOf = (value: object): Encoded | undefined =>
    this.#names.encodeKnown(value) ?? this.#hosts.nameOf(value);

  make(call: RecordedCall): unknown {
    const { on, name, parameters, work } = call;
    if (this.isInside) return work(parameters);
    this.#written.look();
    const args = parameters.map((value) => encodeParameter(name, value, this.#nameOf));
    const given = parameters.map((value) => this.#hosts.lend(this.#objects.originalOf(value)));
    const fields = parameters.map(fieldsOf);
    const open = this.#rows.open("call", name, { on, args, ready: this.#attempt() });
    let answer: Row = {};
    this.#isInside = true;
    try {
      const answered = work(given);
      const raw = this.#hosts.rawOf(answered);
      const result = raw === answered ? this.#objects.adopt(answered) : raw;
      answer = { return: this.#encodeResult(result, call) };
      return result;
    } catch (error) {
      answer = this.#names.encodeError(error, this.#nameOf);
      throw error;
    } finally {
      this.#isInside = false;
      for (const [index, value] of parameters.entries()) {
        this.#objects.adoptFields(value, fields[index]);
      }
      const after = parameters.map((value) => encodeParameter(name, value, this.#nameOf));
      const row = { ...answer, out: changesOf(args, after) };
      const isQuiet = QUIET.test(`${on} ${name}`) && !open.isWritten && answer.throw === undefined;
      if (isQuiet) this.#rows.drop();
      else this.#rows.close(open, row);
      if (!isQuiet) this.#settle(call);
    }
  }

  #encodeResult(
    result: unknown,
    { name, parameters, accessed }: RecordedCall,
  ): Encoded | undefined {
    if (result === undefined) return undefined;
    if (result instanceof GuestView && name === "view" && accessed !== undefined) {
      const address = Number(parameters[0]);
      if (result instanceof WritableGuestView) this.#written.addView(accessed, address, result);
      return { view: hexOf(result.length) };
    }
    const same = typeof result === "object" ? parameters.indexOf(result) : -1;
    return same < 0 ? encode(result, this.#nameOf) : { parameter: hexOf(same) };
  }

  /** Of the call that is over: what it left, and whether it is time for a hash. */
  #settle({ name, parameters, accessed }: RecordedCall): void {
    const bits = accessed === undefined ? undefined : SINGLE_ACCESS.exec(name)?.[1];
    const sizeBytes = Number(bits ?? 0) / BYTE_BITS;
    this.#written.settle(accessed, Number(parameters[0] ?? 0), sizeBytes);
    this.#calls++;
    if (this.#hashEvery > 0 && this.#calls % this.#hashEvery === 0) this.#writeHash();
  }

  #writeHash(): void {
    if (this.#machine.poisoned) return;
    const hash = hashOf(this.#machine);
    if (hash !== undefined) this.#rows.write({ hash });
  }

  /** Which attempt of which `whenReady` is being made. */
  #attempt(): Encoded | undefined {
    const journal = journalUnderWay();
    if (journal === undefined) return undefined;
    const known = this.#journals.get(journal) ?? hexOf(++this.#journalCount);
    this.#journals.set(journal, known);
    return [known, hexOf(journal.attempts)];
  }

  assign(on: string, field: string, value: unknown, work: (lent: unknown) => void): void {
    if (this.isInside) {
      work(value);
      return;
    }
    const set = ([given]: readonly unknown[]) => work(given);
    this.make({ on, name: `set ${field}`, parameters: [value], work: set });
  }

  called(host: string, method: string | undefined, call: HostCall): unknown {
    const raw = call.parameters.map((value) => this.#hosts.rawOf(value));
    if (!this.#isRunning) return call.work(raw);
    const wasInside = this.#isInside;
    this.#written.refresh();
    const args = raw.map((value) => this.#encodeGiven(value));
    const before = raw.map((value) => (value instanceof Uint8Array ? value.slice() : value));
    const open = this.#rows.open("callback", host, { method, args });
    let answer: Row = {};
    this.#isInside = false;
    try {
      const result = call.work(raw);
      const isLater = method !== undefined && result instanceof Promise;
      answer = isLater ? { later: this.#laterOf(result, raw, before) } : this.#answerOf(result);
      return result;
    } catch (error) {
      answer = this.#names.encodeError(error, this.#nameOf);
      throw error;
    } finally {
      this.#written.look();
      this.#isInside = wasInside;
      this.#rows.close(open, { ...answer, out: filledOf(before, raw, this.#nameOf) });
    }
  }

  #answerOf(result: unknown): Row {
    if (result === undefined) return {};
    return { return: this.#names.encodeOpaque(result, this.#nameOf) };
  }

  /** Bytes that the program gets are only compared. */
  #encodeGiven(value: unknown): Encoded {
    return value instanceof Uint8Array ? encodeSum(value) : encode(value, this.#nameOf);
  }

  #laterOf(
    promise: Promise<unknown>,
    parameters: readonly unknown[],
    before: readonly unknown[],
  ): Encoded {
    this.#laterCount++;
    const number = hexOf(this.#laterCount);
    this.#later.set(promise, { number, parameters, before });
    return number;
  }

  #settled(promise: Promise<unknown>, failure: Failure | undefined): void {
    const later = this.#later.get(promise);
    if (later === undefined || !this.#isRunning) return;
    const { number, parameters, before } = later;
    const answer =
      failure === undefined ? {} : this.#names.encodeError(failure.error, this.#nameOf);
    this.#written.look();
    const out = filledOf(before, parameters, this.#nameOf);
    this.#rows.write({ settled: number, ...answer, out });
  }

  changed(host: string, field: string, value: Encoded): void {
    if (this.#isRunning) this.#rows.write({ changed: host, field, value });
  }
}
