import { MEM_COMMIT, MEM_FREE, MEM_PRIVATE } from "../constants.ts";
import type { OpenHandle } from "../handles.ts";
import { type Kernel32, kernel32 } from "../kernel32.ts";
import { ntdll } from "../ntdll.ts";
import type { Process } from "../process.ts";
import type { MemoryInformation } from "../replay/trace.ts";
import type { Span } from "../spans.ts";

const PAGE_BYTES = 0x1000;
const CURRENT_PROCESS = -1;
const SECTION_BASIC_INFORMATION = 0;

/** Names and values of what is compared. */
export type Facts = Readonly<Record<string, number | string>>;

/** What a program, or its debugger, can find out about a process without changing it. */
export interface ProcessState {
  readonly process: Process;
  /** By allocation base. */
  readonly regions: ReadonlyMap<number, Facts>;
  /** What VirtualQuery says of the pages of all regions. */
  readonly pages: readonly Span<MemoryInformation>[];
  /** What QueryWorkingSetEx says of each page in the working set. */
  readonly attributes: readonly Span<Facts>[];
  /** Pages that GetWriteWatch reports. */
  readonly written: readonly Span<Facts>[];
  readonly handles: ReadonlyMap<number, Facts>;
  readonly counters: Facts;
}

export function readProcess(process: Process): ProcessState {
  const calls = kernel32(process);
  const pages = readPages(calls, process.machine.highestUserAddress);
  const { commitCharge, residentPages, lockedPages } = process.counters;
  return {
    process,
    regions: regionsOf(pages),
    pages,
    attributes: readAttributes(calls, process.machine.pointerBytes),
    written: readWritten(calls, pages),
    handles: readHandles(process),
    counters: { commitCharge, residentPages, lockedPages },
  };
}

function readPages(calls: Kernel32, highest: number): Span<MemoryInformation>[] {
  const pages: Span<MemoryInformation>[] = [];
  for (let start = 0; start <= highest; ) {
    const facts = {} as MemoryInformation;
    if (calls.VirtualQuery(start, facts) === 0) break;
    const end = facts.BaseAddress + facts.RegionSize;
    if (facts.State !== MEM_FREE) pages.push({ start: facts.BaseAddress, end, facts });
    start = end;
  }
  return pages;
}

function regionsOf(pages: readonly Span<MemoryInformation>[]): Map<number, Facts> {
  const regions = new Map<number, Facts>();
  for (const { start, end, facts } of pages) {
    const { AllocationBase, AllocationProtect, Type, State } = facts;
    const before = regions.get(AllocationBase);
    const committed = State === MEM_COMMIT ? end - start : 0;
    const RegionSize = Number(before?.RegionSize ?? 0) + end - start;
    const Committed = Number(before?.Committed ?? 0) + committed;
    regions.set(AllocationBase, { Type, AllocationProtect, RegionSize, Committed });
  }
  return regions;
}

/** Nothing where the machine's Windows has no QueryWorkingSet. */
function readAttributes(calls: Kernel32, pointerBytes: 4 | 8): Span<Facts>[] {
  const set = { NumberOfEntries: 0, WorkingSetInfo: [] as number[] };
  // Tells how many entries there are, by which the buffer is measured.
  calls.QueryWorkingSet(CURRENT_PROCESS, set, pointerBytes);
  if (calls.QueryWorkingSet(CURRENT_PROCESS, set, (set.NumberOfEntries + 1) * pointerBytes) === 0) {
    return [];
  }
  const pairs = set.WorkingSetInfo.map((entry) => ({
    VirtualAddress: entry - (entry % PAGE_BYTES),
    VirtualAttributes: 0,
  }));
  if (calls.QueryWorkingSetEx(CURRENT_PROCESS, pairs, pairs.length * 2 * pointerBytes) === 0) {
    return [];
  }
  return pairs.map(({ VirtualAddress: start, VirtualAttributes: bits }) => {
    return { start, end: start + PAGE_BYTES, facts: attributesOf(bits) };
  });
}

/** PSAPI_WORKING_SET_EX_BLOCK, of a page that is valid. */
function attributesOf(bits: number): Facts {
  return {
    ShareCount: (bits >>> 1) & 7,
    Win32Protection: (bits >>> 4) & 0x7ff,
    Shared: (bits >>> 15) & 1,
    Node: (bits >>> 16) & 0x3f,
    Locked: (bits >>> 22) & 1,
    LargePage: (bits >>> 23) & 1,
  };
}

/** Regions that are not watched answer with a failure. */
function readWritten(calls: Kernel32, pages: readonly Span<MemoryInformation>[]): Span<Facts>[] {
  const bases = new Map<number, number>();
  for (const { end, facts } of pages) {
    if (facts.Type === MEM_PRIVATE) bases.set(facts.AllocationBase, end);
  }
  return [...bases].flatMap(([base, end]) => {
    const addresses = { value: [] as number[] };
    const count = { value: (end - base) / PAGE_BYTES };
    const failed = calls.GetWriteWatch(0, base, end - base, addresses, count, { value: 0 });
    if (failed !== 0) return [];
    return addresses.value.map((start) => {
      return { start, end: start + PAGE_BYTES, facts: { Written: 1 } };
    });
  });
}

function readHandles(process: Process): Map<number, Facts> {
  return new Map(process.handles.list().map((each) => [each.handle, handleFacts(process, each)]));
}

/** Of a section, also what NtQuerySection says where the handle may ask. */
function handleFacts(process: Process, { handle, kind, access }: OpenHandle): Facts {
  const information = { BaseAddress: 0, Attributes: 0, Size: 0 };
  const bytes = process.machine.pointerBytes === 8 ? 24 : 16;
  const { NtQuerySection } = ntdll(process);
  const status = NtQuerySection(handle, SECTION_BASIC_INFORMATION, information, bytes);
  const { Attributes, Size } = information;
  return status === 0 ? { kind, access, Attributes, Size } : { kind, access };
}
