import { TRANSLATION } from "./access-contract.ts";
import { TRANSLATION_WORDS } from "./access-numbers.ts";
import { CONTEXT, TRANSFER_BYTES } from "./exports.ts";

const WORD_BYTES = 4;
const OUTCOME = CONTEXT.outcome / WORD_BYTES;
const DECISION = CONTEXT.decision / WORD_BYTES;
const CODE = CONTEXT.exceptionCode / WORD_BYTES;
const ACCESS = CONTEXT.exceptionAccess / WORD_BYTES;
const ADDRESS = CONTEXT.exceptionAddress / WORD_BYTES;
const DETAIL = CONTEXT.exceptionDetail / WORD_BYTES;
const SPACE = CONTEXT.space / WORD_BYTES;
const RESULTS = CONTEXT.results / WORD_BYTES;
const WORDS = CONTEXT.transfer / WORD_BYTES;

const TWO_TO_32 = 0x1_0000_0000;

/** The exception record of an access that failed, as the core left it. */
export interface RawException {
  readonly code: number;
  readonly access: number;
  readonly address: number | bigint;
  /** The NTSTATUS behind an in-page error. */
  readonly detail: number;
}

/**
 * The fixed places of one context. Growing linear memory detaches every view, and a detached view
 * reads `undefined`: that is how it is noticed here, instead of asking `memory.buffer` at each use
 * (4 to 13 ns).
 */
export class ContextView {
  private readonly memory: WebAssembly.Memory;
  private readonly context: number;
  readonly #onGrowth = new Set<() => void>();
  private area: Uint32Array;
  readonly #isShared: boolean;

  constructor(memory: WebAssembly.Memory, context: number) {
    this.memory = memory;
    this.context = context;
    this.#isShared = !(memory.buffer instanceof ArrayBuffer);
    this.area = this.#renew();
  }

  /**
   * Calls back when it is noticed that memory has grown: for others who keep views.
   *
   * @returns what ends that
   */
  onGrowth(listener: () => void): () => void {
    this.#onGrowth.add(listener);
    return () => this.#onGrowth.delete(listener);
  }

  /** Look whether memory has grown. */
  refresh(): void {
    if (this.area.length === 0) this.#renew();
  }

  #renew(): Uint32Array {
    this.area = new Uint32Array(this.memory.buffer, this.context, WORDS);
    for (const listener of this.#onGrowth) listener();
    return this.area;
  }

  private word(index: number): number {
    return this.area[index] ?? this.#renew()[index] ?? 0;
  }

  /** Whether the last access left an outcome. */
  failed(): boolean {
    return this.word(OUTCOME) !== 0;
  }

  get exception(): RawException {
    return {
      code: this.word(CODE),
      access: this.word(ACCESS),
      address: this.#wide(ADDRESS),
      detail: this.word(DETAIL),
    };
  }

  /** The packed number of the rule that answered last. */
  get decision(): number {
    return this.word(DECISION);
  }

  set decision(packed: number) {
    this.word(DECISION);
    this.area[DECISION] = packed;
  }

  /** A result below 2^53. */
  result(index: number): number {
    const at = RESULTS + 2 * index;
    return this.word(at) + this.word(at + 1) * TWO_TO_32;
  }

  /** A result of which all 64 bits may be set. */
  wideResult(index: number): number | bigint {
    return this.#wide(RESULTS + 2 * index);
  }

  /** The sign of an i64 result: -1, 0, 1. */
  resultSign(index: number): -1 | 0 | 1 {
    const at = RESULTS + 2 * index;
    const high = this.word(at + 1) | 0;
    if (high < 0) return -1;
    return high === 0 && this.word(at) === 0 ? 0 : 1;
  }

  #wide(at: number): number | bigint {
    const low = this.word(at);
    const high = this.word(at + 1);
    const number = low + high * TWO_TO_32;
    return number <= Number.MAX_SAFE_INTEGER ? number : (BigInt(high) << 32n) | BigInt(low);
  }

  /** Where bytes come and go with a call. */
  get transfer(): Uint8Array {
    return this.bytes(this.context + CONTEXT.transfer, TRANSFER_BYTES);
  }

  /** The first entries of the transfer area: u64, each below 2^53. */
  transferNumbers(count: number): number[] {
    const words = this.words(this.context + CONTEXT.transfer, 2 * count);
    const numbers = new Array<number>(count);
    for (let index = 0; index < count; index++) {
      const low = words[2 * index] as number;
      numbers[index] = low + (words[2 * index + 1] as number) * TWO_TO_32;
    }
    return numbers;
  }

  get transferView(): DataView {
    return this.dataView(this.context + CONTEXT.transfer, TRANSFER_BYTES);
  }

  /** Whether the context is in a space, which is running. */
  get hasSpace(): boolean {
    return this.word(SPACE) !== 0;
  }

  /**
   * The translations of the context, word by word, until memory grows. Where it is shared, none:
   * what they say may be over before the access is made.
   */
  get translations(): Int32Array {
    if (this.#isShared) return new Int32Array(TRANSLATION_WORDS);
    const at = this.context + TRANSLATION.table;
    return new Int32Array(this.memory.buffer, at, TRANSLATION_WORDS);
  }

  /** Linear memory from `start` on, as far as it is there below `end`, until it grows. */
  dataViewUpTo(start: number, end: number): DataView {
    const length = Math.min(this.memory.buffer.byteLength, end) - start;
    return length > 0 ? this.dataView(start, length) : this.dataView(0, 0);
  }

  /** Words of linear memory, until it grows. */
  words(linear: number, count: number): Uint32Array {
    return new Uint32Array(this.#bufferTo(linear + count * WORD_BYTES), linear, count);
  }

  /** Linear memory, until it grows. */
  bytes(linear: number, length: number): Uint8Array {
    return new Uint8Array(this.#bufferTo(linear + length), linear, length);
  }

  /** As `bytes`, for loads and stores. */
  dataView(linear: number, length: number): DataView {
    return new DataView(this.#bufferTo(linear + length), linear, length);
  }

  /** Shared memory may have grown in another thread, and this one does not know it yet. */
  #bufferTo(end: number): ArrayBuffer {
    if (this.#isShared && this.memory.buffer.byteLength < end) this.memory.grow(0);
    return this.memory.buffer;
  }
}
