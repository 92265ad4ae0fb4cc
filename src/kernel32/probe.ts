import type { Address } from "../door.ts";
import type { Process } from "../process.ts";
import { Access, PAGE_BYTES } from "../wasm/exports.ts";
import type { Kernel32 } from "./interface.ts";
import { FALSE, Rule, TRUE } from "./last-error.ts";

type ProbeFunctions = Pick<
  Kernel32,
  | "IsBadReadPtr"
  | "IsBadWritePtr"
  | "IsBadHugeReadPtr"
  | "IsBadHugeWritePtr"
  | "IsBadCodePtr"
  | "IsBadStringPtrA"
  | "IsBadStringPtrW"
>;

/** 3.7: exceptions are swallowed here, a guard that was met is gone, and the last error stays. */
export function probeFunctions(caller: Process): ProbeFunctions {
  const { door } = caller;
  const highest = door.pointerBytes === 4 ? 2 ** 32 - 1 : 2 ** 64;

  /** An answer of kernel32 itself, whatever row of 4.1 the accesses behind it came to. */
  function answer(isBad: boolean): number {
    caller.enter().view.decision = Rule.Probes;
    return isBad ? TRUE : FALSE;
  }

  /** The first byte of every page, and the last byte. */
  function isBad(address: Address | null, size: Address, access: number): boolean {
    const first = door.nullablePointer(address, "address");
    const bytes = door.pointer(size, "size");
    const { accesses } = caller.enter();
    if (bytes === 0) return false;
    const last = first + bytes - 1;
    if (first === 0 || last > highest) return true;
    for (let at = first; at < last; at += PAGE_BYTES) {
      if (!accesses.asks(at, 1, access)) return true;
    }
    return !accesses.asks(last, 1, access);
  }

  /** Characters up to the NUL, or `max` of them. */
  function isBadString(address: Address | null, max: Address, characterBytes: 1 | 2): boolean {
    const first = door.nullablePointer(address, "address");
    const most = door.pointer(max, "max");
    const { accesses, view } = caller.enter();
    if (first === 0) return true;
    for (let index = 0; index < most; index++) {
      const at = first + index * characterBytes;
      const character = characterBytes === 1 ? accesses.loadU8(at) : accesses.loadU16(at);
      if (view.failed()) {
        accesses.clear();
        return true;
      }
      if (character === 0) return false;
    }
    return false;
  }

  return {
    IsBadReadPtr: (address, size) => answer(isBad(address, size, Access.Read)),
    IsBadHugeReadPtr: (address, size) => answer(isBad(address, size, Access.Read)),
    IsBadWritePtr: (address, size) => answer(isBad(address, size, Access.Write)),
    IsBadHugeWritePtr: (address, size) => answer(isBad(address, size, Access.Write)),
    IsBadCodePtr: (address) => answer(isBad(address, 1, Access.Read)),
    IsBadStringPtrA: (address, max) => answer(isBadString(address, max, 1)),
    IsBadStringPtrW: (address, max) => answer(isBadString(address, max, 2)),
  };
}
