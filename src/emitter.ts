/**
 * Writes the check of a guest access into WebAssembly code that a compiler generates: the same
 * sequence that the core's own accessors have in line, for loads and stores of every width, in both
 * kinds of space (docs/abi.md, "Inlining the check").
 *
 * @example
 * const code = generatedCode(guest);
 * const emitter = new AccessEmitter(code, { slow: "call", load: 0, store: 1 });
 * // behind the instructions that leave the address in local 2:
 * body.push(...emitter.load("u32", { address: 2, entry: 3, value: 4 }));
 *
 * @module guardpage/emitter
 */
import { integer, optionBag, shown, truth } from "./door.ts";
import * as wasm from "./emitter/bytes.ts";
import { LOADS, type LoadType, STORES, type StoreType } from "./emitter/types.ts";
import { ACCESS_CONTRACT, type GeneratedCode } from "./generated-code.ts";
import { POLL, TRANSLATION } from "./wasm/access-contract.ts";
import { AccessBit } from "./wasm/exports.ts";

export type { CodeListener } from "./code-marks.ts";
export type { LoadType, StoreType } from "./emitter/types.ts";
export {
  ACCESS_CONTRACT,
  type AssemblyImports,
  type GeneratedCode,
  type GeneratedCodeImports,
  generatedCode,
} from "./generated-code.ts";

const { Opcode } = wasm;

/**
 * What an access does that the maps do not allow at once. "call": it calls the function of this
 * index, `GeneratedCode.imports.load` or `store`, which makes the access or throws. "leave": it
 * branches out of so many blocks around the sequence, with the address (and the value of a store)
 * in its local; whoever is there makes the access and comes back behind the sequence. Leaving keeps
 * the loop around it free of calls, and is faster.
 *
 * Polls are written where they are asked for: by the index of `GeneratedCode.imports.poll`, or by
 * `polls`; and where memory is shared, so that another thread may stop the code.
 */
export type SlowPath =
  | {
      /** It calls a function. */
      readonly slow: "call";
      /** Index of `GeneratedCode.imports.load` in the module that is generated. */
      readonly load: number;
      /** Index of `GeneratedCode.imports.store`. */
      readonly store: number;
      /** Index of `GeneratedCode.imports.poll`. */
      readonly poll?: number | undefined;
    }
  | {
      /** It branches out. */
      readonly slow: "leave";
      /** Blocks around the sequence that it branches out of. */
      readonly depth: number;
      /** Whether polls are written. */
      readonly polls?: boolean | undefined;
    };

/** Indices of locals that a sequence uses. */
export interface AccessLocals {
  /** The guest address: i32 in a 32-bit process, i64 in a 64-bit one. It is kept. */
  readonly address: number;
  /** An i32 for the entry of the translations; in a windowed space it is not used. */
  readonly entry: number;
  /**
   * Of the type of the value. A store takes its value from it; a load leaves its value there, and
   * on the stack nothing.
   */
  readonly value: number;
}

const INDEX_MAXIMUM = 0xffff_ffff;
const LOCALS = ["address", "entry", "value"] as const;
const PAGE_SHIFT = 12;

/** The emitter for code that runs in one process. */
export class AccessEmitter {
  readonly #code: GeneratedCode;
  readonly #slow: SlowPath;

  /**
   * @param code of `generatedCode(process)`; its numbers become constants of the code
   * @throws TypeError, RangeError for a wrong argument
   */
  constructor(code: GeneratedCode, slow: SlowPath) {
    if (code?.contract !== ACCESS_CONTRACT) {
      throw new RangeError(`code must follow contract ${ACCESS_CONTRACT}`);
    }
    if (slow?.slow === "call") {
      optionBag(slow, "slow", ["slow", "load", "store", "poll"]);
      integer(slow.load, "slow.load", 0, INDEX_MAXIMUM);
      integer(slow.store, "slow.store", 0, INDEX_MAXIMUM);
      if (slow.poll !== undefined) integer(slow.poll, "slow.poll", 0, INDEX_MAXIMUM);
    } else if (slow?.slow === "leave") {
      optionBag(slow, "slow", ["slow", "depth", "polls"]);
      integer(slow.depth, "slow.depth", 0, INDEX_MAXIMUM);
      if (slow.polls !== undefined) truth(slow.polls, "slow.polls");
    } else {
      wrongSlow(slow);
    }
    this.#code = code;
    this.#slow = slow;
  }

  /**
   * The instructions of a load: from the address in its local to the value in its.
   *
   * @throws TypeError, RangeError for a wrong argument
   */
  load(type: LoadType, locals: AccessLocals): number[] {
    const { opcode, sizeBytes, fromBits } = oneOf(LOADS, type);
    checkLocals(locals);
    const { address, value } = locals;
    const fast = [...this.#place(locals, opcode), ...wasm.set(value)];
    if (this.#slow.slow === "leave") return this.#leaving(locals, sizeBytes, AccessBit.R, fast);
    const slow = [
      ...this.#wideAddress(address),
      ...wasm.i32(sizeBytes),
      ...[Opcode.call, ...wasm.unsigned(this.#slow.load)],
      ...fromBits,
      ...wasm.set(value),
    ];
    return this.#calling(locals, sizeBytes, AccessBit.R, fast, slow);
  }

  /**
   * The instructions of a store: of the value in its local to the address in its.
   *
   * @throws TypeError, RangeError for a wrong argument
   */
  store(type: StoreType, locals: AccessLocals): number[] {
    const { opcode, sizeBytes, toBits } = oneOf(STORES, type);
    checkLocals(locals);
    const { address, value } = locals;
    const fast = this.#place(locals, opcode, wasm.get(value));
    if (this.#slow.slow === "leave") return this.#leaving(locals, sizeBytes, AccessBit.W, fast);
    const slow = [
      ...this.#wideAddress(address),
      ...wasm.i32(sizeBytes),
      ...wasm.get(value),
      ...toBits,
      ...[Opcode.call, ...wasm.unsigned(this.#slow.store)],
    ];
    return this.#calling(locals, sizeBytes, AccessBit.W, fast, slow);
  }

  /**
   * The instructions for the back edge of a loop: whether the code is to leave. None where nobody
   * can stop it and none were asked for. "leave" branches out of `depth` blocks around it, as an
   * access does.
   *
   * @throws RangeError where memory is shared and `slow.poll` is missing
   */
  poll(): number[] {
    const slow = this.#slow;
    const isShared = this.#isShared();
    const at = this.#code.context + POLL;
    // An engine may take a plain load out of the loop.
    const load = isShared ? wasm.atomicLoad(at) : wasm.access(Opcode.i32Load, at);
    const word = [...wasm.i32(0), ...load];
    if (slow.slow === "leave") {
      if (slow.polls !== true && !isShared) return [];
      return [...word, Opcode.brIf, ...wasm.unsigned(slow.depth)];
    }
    if (slow.poll !== undefined) {
      const call = [Opcode.call, ...wasm.unsigned(slow.poll)];
      return [...word, Opcode.if, wasm.EMPTY, ...call, Opcode.end];
    }
    if (isShared) throw new RangeError("slow.poll must be given where memory is shared");
    return [];
  }

  /**
   * The fast way falls through, and what has a second check makes the access in two places: stores
   * take 0.8 of the time in V8, loads 0.75 in JavaScriptCore.
   */
  #leaving(locals: AccessLocals, sizeBytes: number, right: number, fast: number[]): number[] {
    const depth = this.#slow.slow === "leave" ? this.#slow.depth : 0;
    const out = (labels: number) => [Opcode.i32Eqz, Opcode.brIf, ...wasm.unsigned(depth + labels)];
    const [first, second] = this.#allowed(locals, sizeBytes, right);
    if (second === undefined) return [...first, ...out(0), ...fast];
    return [
      ...[...first, Opcode.if, wasm.EMPTY, ...fast],
      ...[Opcode.else, ...second, ...out(1), ...fast],
      Opcode.end,
    ];
  }

  /**
   * block (block (first, br_if 0, second, br_if 0, slow, br 1) end fast) end: with a call behind
   * them, V8 wants one place for the access, and takes 1.4 times as long with two.
   */
  #calling(
    locals: AccessLocals,
    sizeBytes: number,
    right: number,
    fast: number[],
    slow: number[],
  ): number[] {
    const checks = this.#allowed(locals, sizeBytes, right);
    return [
      ...[Opcode.block, wasm.EMPTY, Opcode.block, wasm.EMPTY],
      ...checks.flatMap((check) => [...check, Opcode.brIf, 0]),
      ...slow,
      ...[Opcode.br, 1],
      Opcode.end,
      ...fast,
      Opcode.end,
    ];
  }

  /** One check, or two of which either is enough: not 0 where the access may be made at once. */
  #allowed(
    locals: AccessLocals,
    sizeBytes: number,
    right: number,
  ): readonly [number[]] | readonly [number[], number[]] {
    return this.#code.space === "windowed"
      ? this.#allowedInWindow(locals, sizeBytes, right)
      : [this.#translated(locals, sizeBytes, right)];
  }

  #allowedInWindow(
    { address }: AccessLocals,
    sizeBytes: number,
    right: number,
  ): readonly [number[]] | readonly [number[], number[]] {
    const { accessMap } = this.#code;
    const byte = this.#isShared()
      ? wasm.atomicLoadByte(accessMap)
      : wasm.access(Opcode.i32Load8U, accessMap);
    const page = [...wasm.i32(PAGE_SHIFT), Opcode.i32ShrU];
    const first = [...wasm.get(address), ...page, ...byte];
    if (sizeBytes === 1) return [[...first, ...wasm.i32(right), Opcode.i32And]];
    const span = right === AccessBit.R ? AccessBit.RS : AccessBit.WS;
    const last = [
      ...wasm.get(address),
      ...wasm.i32(sizeBytes - 1),
      Opcode.i32Add,
      ...page,
      ...byte,
    ];
    return [
      [...first, ...wasm.i32(span), Opcode.i32And],
      [...first, ...last, Opcode.i32And, ...wasm.i32(right), Opcode.i32And],
    ];
  }

  #translated({ address, entry }: AccessLocals, sizeBytes: number, right: number): number[] {
    const { context } = this.#code;
    const wide = this.#wideAddress(address);
    const tag = right === AccessBit.R ? TRANSLATION.readTag : TRANSLATION.writeTag;
    return [
      ...[...wide, ...wasm.i64(PAGE_SHIFT), Opcode.i64ShrU, Opcode.i32WrapI64],
      ...[...wasm.i32(TRANSLATION.entries - 1), Opcode.i32And],
      ...[...wasm.i32(TRANSLATION.entryShift), Opcode.i32Shl, ...wasm.tee(entry)],
      ...wasm.access(Opcode.i64Load, context + TRANSLATION.table + tag),
      ...[...wasm.i32(0), ...wasm.access(Opcode.i64Load, context + TRANSLATION.spaceTag)],
      ...[...wide, ...wasm.i64(sizeBytes - 1), Opcode.i64Add],
      ...[...wasm.i64(PAGE_SHIFT), Opcode.i64ShrU, Opcode.i64Or],
      Opcode.i64Eq,
    ];
  }

  /** The access itself, once it is allowed. */
  #place({ address, entry }: AccessLocals, opcode: number, value: number[] = []): number[] {
    const { space, windowBase, context } = this.#code;
    if (space === "windowed") {
      return [...wasm.get(address), ...value, ...wasm.access(opcode, windowBase)];
    }
    const addend = context + TRANSLATION.table + TRANSLATION.addend;
    return [
      ...[...wasm.get(entry), ...wasm.access(Opcode.i32Load, addend)],
      ...[...wasm.get(address), ...(this.#isWide() ? [Opcode.i32WrapI64] : []), Opcode.i32Add],
      ...[...value, ...wasm.access(opcode, 0)],
    ];
  }

  #wideAddress(address: number): number[] {
    return [...wasm.get(address), ...(this.#isWide() ? [] : [Opcode.i64ExtendI32U])];
  }

  #isShared(): boolean {
    return !(this.#code.imports.memory.buffer instanceof ArrayBuffer);
  }

  #isWide(): boolean {
    return this.#code.pointerBytes === 8;
  }
}

function oneOf<Name extends string, Value>(table: Record<Name, Value>, name: Name): Value {
  if (Object.hasOwn(table, name)) return table[name];
  const names = Object.keys(table).join(", ");
  throw new RangeError(`type must be one of ${names}, not ${shown(name)}`);
}

function wrongSlow(slow: unknown): never {
  const word = (slow as Partial<SlowPath> | null | undefined)?.slow;
  throw new TypeError(`slow.slow must be "call" or "leave", not ${shown(word)}`);
}

function checkLocals(locals: AccessLocals): void {
  optionBag(locals, "locals", LOCALS);
  for (const name of LOCALS) integer(locals[name], `locals.${name}`, 0, INDEX_MAXIMUM);
}
