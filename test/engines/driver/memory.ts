import {
  MEM_COALESCE_PLACEHOLDERS,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_PRESERVE_PLACEHOLDER,
  MEM_RELEASE,
  MEM_REPLACE_PLACEHOLDER,
  MEM_RESERVE,
  MEM_RESERVE_PLACEHOLDER,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
} from "../../../assembly/nt/types";
import { answered, asks, foldTransfer, result } from "./answers";
import * as core from "./guardpage";
import { below, oneIn } from "./random";
import { discardPages, offerPages, reclaimPages } from "./tools";
import {
  base,
  context,
  currentSpace,
  GRANULE,
  NONE,
  PAGE,
  page,
  placed,
  size,
  target,
} from "./world";

/** Private memory: what VirtualAlloc, VirtualFree, VirtualProtect and their kin do. */

const PROTECTIONS: StaticArray<u32> = [
  PAGE_READWRITE,
  PAGE_READWRITE,
  PAGE_READWRITE,
  PAGE_READONLY,
  PAGE_NOACCESS,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_READWRITE | PAGE_GUARD,
  PAGE_READONLY | PAGE_GUARD,
  PAGE_READWRITE | PAGE_NOCACHE,
  PAGE_WRITECOPY,
  0,
  PAGE_READONLY | PAGE_READWRITE,
];
const WATCHED_MOST: u64 = 64;
const PRIORITIES: u32 = 5;

export function protection(): u32 {
  return PROTECTIONS[below(PROTECTIONS.length)];
}

function allocateAt(at: u64, bytes: u64, type: u32, protect: u32): void {
  const to = target();
  let status: u32 = 0;
  do status = core.allocate(context, to, NONE, at, 0, NONE, bytes, type, protect);
  while (asks(status));
  if (answered(status, 2) == 0) placed(result(0));
}

export function reserveAny(): void {
  allocateAt(base(), <u64>(1 + below(4)) * GRANULE, MEM_RESERVE, PAGE_READWRITE);
}

export function commitAny(): void {
  allocateAt(page(), size(), MEM_COMMIT, protection());
}

export function allocateAny(): void {
  const type = oneIn(12) ? below(0x4000) : MEM_RESERVE | MEM_COMMIT;
  allocateAt(base(), size(), type, protection());
}

export function allocateAnywhere(): void {
  const type = MEM_RESERVE | MEM_COMMIT | (oneIn(3) ? MEM_TOP_DOWN : 0);
  allocateAt(0, size(), type, PAGE_READWRITE);
}

export function allocateWatched(): void {
  const type = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
  allocateAt(oneIn(4) ? 0 : base(), size(), type, PAGE_READWRITE);
}

function freeAt(at: u64, bytes: u64, type: u32): void {
  const from = target();
  let status: u32 = 0;
  do status = core.free(context, from, NONE, at, NONE, bytes, type);
  while (asks(status));
  answered(status, 2);
}

export function decommitAny(): void {
  freeAt(page(), oneIn(8) ? 0 : size(), MEM_DECOMMIT);
}

export function releaseAny(): void {
  freeAt(oneIn(8) ? page() : base(), oneIn(8) ? size() : 0, MEM_RELEASE);
}

function protectAt(at: u64, bytes: u64, protection: u32): void {
  const whose = target();
  let status: u32 = 0;
  do status = core.protect(context, whose, NONE, at, NONE, bytes, protection, NONE);
  while (asks(status));
  answered(status, 3);
}

export function protectAny(): void {
  protectAt(page(), size(), protection());
}

export function guardAny(): void {
  protectAt(page(), PAGE, (oneIn(3) ? PAGE_READONLY : PAGE_READWRITE) | PAGE_GUARD);
}

export function queryAny(): void {
  queryAt(currentSpace(), page());
}

/** What VirtualQuery says of an address, in the results. */
export function queryAt(space: u32, at: u64): u32 {
  let status: u32 = 0;
  do status = core.query(context, space, at, 0, NONE, 48, NONE);
  while (asks(status));
  return answered(status, 7);
}

export function lockAny(): void {
  const whose = target();
  const at = page();
  let status: u32 = 0;
  do status = core.lock(context, whose, NONE, at, NONE, PAGE, 1);
  while (asks(status));
  answered(status, 2);
}

/** More is unlocked than was locked, or few pages could ever leave. */
export function unlockAny(): void {
  const whose = currentSpace();
  const at = page();
  for (let i: u64 = 0; i < 4; i++) {
    answered(core.unlock(context, whose, NONE, at + i * PAGE, NONE, PAGE, 1), 2);
  }
}

export function resetAny(): void {
  allocateAt(page(), size(), oneIn(3) ? MEM_RESET_UNDO : MEM_RESET, PAGE_READWRITE);
}

/** Reserve one, split it, put memory into its place, leave a placeholder behind, or coalesce. */
export function placeholderAny(): void {
  const own = currentSpace();
  const at = base();
  const c = context;
  let status: u32 = 0;
  switch (below(5)) {
    case 0: {
      const type = MEM_RESERVE | MEM_RESERVE_PLACEHOLDER;
      status = core.allocateEx(c, own, NONE, at, NONE, 2 * GRANULE, type, PAGE_NOACCESS, 0, 0, 0);
      break;
    }
    case 1:
      status = core.free(c, own, NONE, at, NONE, GRANULE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER);
      break;
    case 2: {
      const type = MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER;
      do status = core.allocateEx(c, own, NONE, at, NONE, GRANULE, type, PAGE_READWRITE, 0, 0, 0);
      while (asks(status));
      break;
    }
    case 3: {
      const type = MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS;
      status = core.free(c, own, NONE, at, NONE, 2 * GRANULE, type);
      break;
    }
    default: {
      const type = MEM_RESERVE | MEM_COMMIT;
      do
        status = core.allocateEx(c, own, NONE, 0, NONE, PAGE, type, PAGE_READWRITE, at, 0, GRANULE);
      while (asks(status));
      if (status == 0) placed(result(0));
    }
  }
  answered(status, 2);
}

export function offerAny(): void {
  const at = page();
  const bytes = PAGE * <u64>(1 + below(2));
  const choice = below(4);
  let status: u32 = 0;
  do {
    if (choice < 2) status = offerPages(context, at, bytes, below(PRIORITIES));
    else if (choice == 2) status = reclaimPages(context, at, bytes);
    else status = discardPages(context, at, bytes);
  } while (asks(status));
  answered(status, 0);
}

/** Written pages of a region, taken note of or taken back. */
export function watchGet(): void {
  const whose = target();
  const flags: u32 = oneIn(3) ? 0 : 1;
  const at = base();
  const bytes = size();
  const c = context;
  const status = core.getWriteWatch(c, whose, flags, at, bytes, NONE, NONE, WATCHED_MOST, NONE);
  if (answered(status, 2) == 0) foldTransfer((<u32>result(0)) << 3);
}

export function watchReset(): void {
  answered(core.resetWriteWatch(context, target(), base(), size()), 0);
}

export function workingSetAny(): void {
  const whose = target();
  switch (below(3)) {
    case 0:
      answered(core.workingSetEmpty(context, whose), 0);
      break;
    case 1:
      answered(core.memoryCounters(context, whose), 5);
      break;
    default:
      if (answered(core.workingSetQuery(context, whose, NONE, 0x800, 0), 1) < 0x80000000) {
        foldTransfer((<u32>result(1)) << 3);
      }
  }
}
