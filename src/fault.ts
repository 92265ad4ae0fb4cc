import {
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_EXECUTE_FAULT,
  EXCEPTION_GUARD_PAGE,
  EXCEPTION_IN_PAGE_ERROR,
  EXCEPTION_STACK_OVERFLOW,
  EXCEPTION_WRITE_FAULT,
} from "./constants/exception.ts";
import * as memory from "./constants/memory.ts";
import type { Address } from "./door.ts";
import type { ExceptionRecord } from "./exceptions.ts";
import { hex, protectionName, stateName, typeName } from "./names.ts";
import { TO_RESULTS } from "./out.ts";
import type { Process } from "./process.ts";
import { succeeded } from "./status.ts";

/**
 * An exception of the guest that nobody handled. The process is still there: what becomes of it is
 * the host's choice.
 */
export class GuestException extends Error {
  override readonly name: string = "GuestException";
  /** The exception code, an NTSTATUS. */
  readonly code: number;
  /** What handlers were told. */
  readonly record: ExceptionRecord;

  constructor(
    record: ExceptionRecord,
    message = `unhandled exception ${hex(record.ExceptionCode)}`,
  ) {
    super(message);
    this.code = record.ExceptionCode;
    this.record = record;
  }
}

/** What VirtualQuery shows for one page. */
export interface FaultingPage {
  /** MEM_COMMIT, MEM_RESERVE or MEM_FREE; MEM_FREE too above the highest user address. */
  readonly state: number;
  /** PAGE_*. */
  readonly protect: number;
}

/** The region that a page lies in. */
export interface FaultingRegion {
  /** First address. */
  readonly base: number;
  /** Bytes of the whole region. */
  readonly size: number;
  /** MEM_PRIVATE, MEM_MAPPED or MEM_IMAGE. */
  readonly type: number;
  /** PAGE_*. */
  readonly allocationProtect: number;
}

/**
 * An access of the guest that failed and that no handler resolved. Windows page: "EXCEPTION_RECORD
 * structure".
 *
 * What the access would have done has not happened. On Windows the process would end now with
 * `code` as its exit code; here the caller decides, and may call `process.exit(fault.code)`.
 */
export class PageFault extends GuestException {
  override readonly name = "PageFault";
  /** 0 read, 1 write, 8 execute. */
  readonly access: number;
  /** The first byte of the access that failed; 2^64-1 for an address that is not canonical. */
  readonly address: Address;
  /** Of an EXCEPTION_IN_PAGE_ERROR: why the page could not be read, an NTSTATUS. */
  declare readonly status?: number;
  /** The page as VirtualQuery showed it when this was thrown; a guard that was hit is gone. */
  readonly page: FaultingPage;
  /** The region of the page; null for free memory and above the highest user address. */
  readonly region: FaultingRegion | null;

  constructor(process: Process, record: ExceptionRecord) {
    const [access = 0, address = 0, status] = record.ExceptionInformation;
    const { page, region } = lookUp(process, address);
    super(record, messageOf(record, page, region));
    this.access = Number(access);
    this.address = address;
    if (status !== undefined) this.status = Number(status);
    this.page = page;
    this.region = region;
  }
}

const NOTHING: FaultingPage = { state: memory.MEM_FREE, protect: memory.PAGE_NOACCESS };

/** A query that leaves no trace: the decision of the failed access stays the last one. */
function lookUp(
  process: Process,
  address: Address,
): { page: FaultingPage; region: FaultingRegion | null } {
  if (typeof address === "bigint" || process.exited) return { page: NOTHING, region: null };
  const { view } = process.enter();
  const { decision } = view;
  const answer = query(process, address);
  view.decision = decision;
  return answer;
}

function query(
  process: Process,
  address: number,
): { page: FaultingPage; region: FaultingRegion | null } {
  const { services, view } = process.enter();
  const ask = (informationClass: number, bytes: number) =>
    succeeded(
      services.query(process.spaceNumber, address, informationClass, TO_RESULTS, bytes, TO_RESULTS),
    );
  const enough = 0x100;
  if (!ask(memory.MemoryBasicInformation, enough)) return { page: NOTHING, region: null };
  const page = { state: view.result(4), protect: view.result(5) };
  const base = view.result(1);
  const allocationProtect = view.result(2);
  const type = view.result(6);
  const isFree = page.state === memory.MEM_FREE;
  if (isFree || !ask(memory.MemoryRegionInformation, enough)) return { page, region: null };
  return { page, region: { base, size: view.result(3), type, allocationProtect } };
}

const KINDS: ReadonlyMap<number, string> = new Map([
  [EXCEPTION_ACCESS_VIOLATION, "access violation"],
  [EXCEPTION_GUARD_PAGE, "guard page hit"],
  [EXCEPTION_IN_PAGE_ERROR, "in-page error"],
  [EXCEPTION_STACK_OVERFLOW, "stack overflow"],
]);

function messageOf(
  record: ExceptionRecord,
  page: FaultingPage,
  region: FaultingRegion | null,
): string {
  const [access, address = 0] = record.ExceptionInformation;
  const kind = KINDS.get(record.ExceptionCode) ?? `exception ${hex(record.ExceptionCode)}`;
  const protection = page.state === memory.MEM_COMMIT ? ` ${protectionName(page.protect)}` : "";
  const place =
    region === null
      ? "in no region"
      : `in the region ${hex(region.base)}, ${hex(region.size)} bytes, ${typeName(region.type)}, ` +
        `allocated ${protectionName(region.allocationProtect)}`;
  return `${kind} ${doing(access)} ${hex(address)}: ${stateName(page.state)}${protection} ${place}`;
}

function doing(access: Address | undefined): string {
  if (access === EXCEPTION_WRITE_FAULT) return "writing";
  return access === EXCEPTION_EXECUTE_FAULT ? "executing" : "reading";
}
