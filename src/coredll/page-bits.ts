import {
  VSPF_16BIT,
  VSPF_ATTRIBUTE,
  VSPF_COMMON,
  VSPF_IOSPACE,
  VSPF_NONE,
  VSPF_TC,
  VSPF_VARIABLE,
} from "../constants/ce.ts";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_PARAMETER,
  ERROR_NOACCESS,
} from "../constants/error.ts";
import { MEM_COMMIT } from "../constants/memory.ts";
import { packDecision } from "../decision.ts";
import { type Address, dword } from "../door.ts";
import { refuse, TRUE } from "../kernel32/last-error.ts";
import { deliver, isServiceWritable, type Out, outAddress } from "../out.ts";
import type { PageBitsKind } from "../page-bits.ts";
import type { Process } from "../process.ts";
import { runAt } from "../run.ts";
import { placeOf } from "../slots.ts";
import { PAGE_BYTES } from "../wasm/exports.ts";
import type { Coredll } from "./interface.ts";
import { dwordSize } from "./sizes.ts";

const FLAGS = packDecision("17.19#9");
const ATTRIBUTES = packDecision("17.19#10");
const DWORD_BYTES = 4;

/** What VirtualSetPageFlags takes, VSPF_TC aside. */
const KINDS: readonly number[] = [
  VSPF_NONE,
  VSPF_VARIABLE,
  VSPF_IOSPACE,
  VSPF_IOSPACE | VSPF_16BIT,
  VSPF_COMMON,
  VSPF_COMMON | VSPF_16BIT,
  VSPF_ATTRIBUTE,
  VSPF_ATTRIBUTE | VSPF_16BIT,
];

/** Which pages get which bits, and who wants to know what they had. */
interface Change {
  readonly kind: PageBitsKind;
  readonly rule: number;
  readonly address: Address | null;
  readonly size: Address;
  readonly old: Out<number>;
  /** Why it cannot be, whatever the pages: an error, or 0. */
  readonly objection: number;
  bitsOf(before: number): number;
}

export function pageBitsFunctions(
  caller: Process,
): Pick<Coredll, "VirtualSetPageFlags" | "VirtualSetAttributes"> {
  const { core, door, machine } = caller;

  function isCommitted(address: number, size: number): boolean {
    for (let at = address; at < address + size; ) {
      const run = runAt(core, caller.spaceNumber, at);
      if (run?.state !== MEM_COMMIT) return false;
      at += run.sizeBytes - (at % PAGE_BYTES);
    }
    return size > 0;
  }

  function change({ kind, rule, address, size, old, objection, bitsOf }: Change): number {
    const at = door.nullablePointer(address, "address");
    const bytes = dwordSize(size);
    const oldAt = outAddress(old, door, "old");
    const { view } = caller.enter();
    if (objection !== 0) return refuse(caller, rule, objection);
    if (!isCommitted(at, bytes)) return refuse(caller, rule);
    if (oldAt > 0 && !isServiceWritable(caller, oldAt, DWORD_BYTES)) {
      return refuse(caller, rule, ERROR_NOACCESS);
    }
    const place = placeOf(caller, at);
    const before = machine.pageBits.get(kind, place);
    machine.pageBits.change(kind, place, bytes, bitsOf);
    deliver(caller, old, oldAt, before, DWORD_BYTES);
    view.decision = rule;
    return TRUE;
  }

  return {
    VirtualSetPageFlags(address, size, flags, old) {
      const chosen = dword(flags, "flags");
      const isKnown = KINDS.includes((chosen & ~VSPF_TC) >>> 0);
      const objection = isKnown ? 0 : ERROR_INVALID_PARAMETER;
      const bitsOf = () => (machine.options.cpu === "sh4" ? chosen : 0);
      return change({ kind: "flags", rule: FLAGS, address, size, old, objection, bitsOf });
    },

    VirtualSetAttributes(address, size, bits, mask, old) {
      const set = dword(bits, "bits");
      const which = dword(mask, "mask");
      const objection = machine.profile === "ce6" ? ERROR_ACCESS_DENIED : 0;
      const bitsOf = (before: number) => ((before & ~which) | (set & which)) >>> 0;
      const kind = "attributes";
      return change({ kind, rule: ATTRIBUTES, address, size, old, objection, bitsOf });
    },
  };
}
