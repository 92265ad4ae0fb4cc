import type { Address } from "../door.ts";
import type { Process } from "../process.ts";
import { Access } from "../wasm/exports.ts";
import type { Kernel32 } from "./interface.ts";
import { FALSE, Rule, TRUE } from "./last-error.ts";

const PAGE_BYTES = 0x1000;

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

  /** The first byte of every page, and the last byte. */
  function isBad(address: Address | null, size: Address, access: number): number {
    const first = door.nullablePointer(address, "address");
    const bytes = door.pointer(size, "size");
    const { accesses, view } = caller.enter();
    view.decision = Rule.Probes;
    if (bytes === 0) return FALSE;
    const last = first + bytes - 1;
    if (first === 0 || last > highest) return TRUE;
    for (let at = first; at < last; at += PAGE_BYTES) {
      if (!asks(at, access)) return TRUE;
    }
    return asks(last, access) ? FALSE : TRUE;

    function asks(at: number, access: number): boolean {
      const isGood = accesses.asks(at, 1, access);
      view.decision = Rule.Probes;
      return isGood;
    }
  }

  /** Characters up to the NUL, or `max` of them. */
  function isBadString(address: Address | null, max: Address, characterBytes: 1 | 2): number {
    const first = door.nullablePointer(address, "address");
    const most = door.pointer(max, "max");
    const { accesses, view } = caller.enter();
    view.decision = Rule.Probes;
    if (first === 0) return TRUE;
    for (let index = 0; index < most; index++) {
      const at = first + index * characterBytes;
      const character = characterBytes === 1 ? accesses.loadU8(at) : accesses.loadU16(at);
      if (view.failed()) {
        accesses.clear();
        view.decision = Rule.Probes;
        return TRUE;
      }
      if (character === 0) return FALSE;
    }
    return FALSE;
  }

  return {
    IsBadReadPtr: (address, size) => isBad(address, size, Access.Read),
    IsBadHugeReadPtr: (address, size) => isBad(address, size, Access.Read),
    IsBadWritePtr: (address, size) => isBad(address, size, Access.Write),
    IsBadHugeWritePtr: (address, size) => isBad(address, size, Access.Write),
    IsBadCodePtr: (address) => isBad(address, 1, Access.Read),
    IsBadStringPtrA: (address, max) => isBadString(address, max, 1),
    IsBadStringPtrW: (address, max) => isBadString(address, max, 2),
  };
}
