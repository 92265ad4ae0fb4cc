/**
 * Reserve, then commit from an exception handler: a buffer that takes memory only for the pages
 * that it touches. The loop writes as if the whole buffer were there; each first touch of a page
 * raises an access violation, the handler commits that page and has the store made again.
 */
import { type ExceptionPointers, Machine } from "guardpage";
import {
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_CONTINUE_SEARCH,
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";

const PAGE_BYTES = 0x1000;
const BUFFER_PAGES = 80;

export interface Outcome {
  /** How often the handler was called. */
  exceptions: number;
  /** Bytes that lie in committed pages at the end. */
  committedBytes: number;
  /** Sum of the bytes read back. */
  sum: number;
}

/** Write one byte every `strideBytes` of an 80-page buffer. */
export async function commitOnFault(strideBytes: number): Promise<Outcome> {
  const machine = await Machine.create({ profile: "win32" });
  const guest = machine.createProcess();
  const { AddVectoredExceptionHandler, VirtualAlloc, VirtualFree } = kernel32(guest);
  const bufferBytes = BUFFER_PAGES * PAGE_BYTES;
  const buffer = VirtualAlloc(0, bufferBytes, MEM_RESERVE, PAGE_NOACCESS);

  let exceptions = 0;
  AddVectoredExceptionHandler(1, ({ ExceptionRecord }: ExceptionPointers) => {
    const address = Number(ExceptionRecord.ExceptionInformation[1]);
    const isOurs = address >= buffer && address < buffer + bufferBytes;
    if (ExceptionRecord.ExceptionCode !== EXCEPTION_ACCESS_VIOLATION || !isOurs) {
      return EXCEPTION_CONTINUE_SEARCH;
    }
    exceptions += 1;
    const page = VirtualAlloc(address, PAGE_BYTES, MEM_COMMIT, PAGE_READWRITE);
    return page === 0 ? EXCEPTION_CONTINUE_SEARCH : EXCEPTION_CONTINUE_EXECUTION;
  });

  let sum = 0;
  for (let offset = 0; offset < bufferBytes; offset += strideBytes) {
    guest.memory.setUint8(buffer + offset, 97);
    sum += guest.memory.getUint8(buffer + offset);
  }
  const committedBytes = guest.counters.commitCharge * PAGE_BYTES;
  VirtualFree(buffer, 0, MEM_RELEASE);
  return { exceptions, committedBytes, sum };
}
