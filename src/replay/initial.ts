import { MEM_COMMIT, MEM_IMAGE, MEM_MAPPED, MEM_PRIVATE, MEM_RESERVE } from "../constants.ts";
import { hex } from "./numbers.ts";
import type { InitialRegion, ReplaySubject } from "./subject.ts";
import {
  type InitialRow,
  MEMORY_INFORMATION_FIELDS,
  type MemoryInformation,
  TraceError,
} from "./trace.ts";

const TYPES = [MEM_PRIVATE, MEM_MAPPED, MEM_IMAGE];

/** A region and the line of its first row. */
interface RowedRegion {
  readonly line: number;
  readonly region: InitialRegion;
}

/**
 * Create the regions that a trace describes in the fresh process of a subject. A row that equals
 * what a fresh process has anyway (17.20: the page at 0x7ffe0000) is that region, and nothing is
 * created for it.
 *
 * @throws TraceError where rows contradict each other, or the profile
 */
export function adoptInitialRows(
  rows: readonly InitialRow[],
  subject: ReplaySubject,
  file: string,
): void {
  const missing = rows.filter((row) => !isResident(row.information, subject));
  for (const { line, region } of groupByRegion(missing, file)) {
    try {
      subject.adopt(region);
    } catch (error) {
      if (!(error instanceof RangeError)) {
        throw error;
      }
      throw new TraceError(file, line, `initial region ${hex(region.base)}: ${error.message}`);
    }
  }
}

function isResident(information: MemoryInformation, fresh: ReplaySubject): boolean {
  const there = fresh.query(information.BaseAddress);
  return (
    there !== null &&
    MEMORY_INFORMATION_FIELDS.every((field) => there[field] === information[field])
  );
}

function groupByRegion(rows: readonly InitialRow[], file: string): RowedRegion[] {
  const groups = new Map<number, InitialRow[]>();
  for (const row of rows) {
    checkRow(row, file);
    const base = row.information.AllocationBase;
    const group = groups.get(base);
    if (group === undefined) {
      groups.set(base, [row]);
    } else {
      group.push(row);
    }
  }
  return [...groups.values()].map((group) => toRegion(group, file));
}

function checkRow({ information, line }: InitialRow, file: string): void {
  const { State, Type, BaseAddress, AllocationBase } = information;
  if (State !== MEM_COMMIT && State !== MEM_RESERVE) {
    throw new TraceError(file, line, `initial: State ${hex(State)} is neither commit nor reserve`);
  }
  if (!TYPES.includes(Type)) {
    throw new TraceError(file, line, `initial: Type ${hex(Type)} is not private, mapped or image`);
  }
  if (BaseAddress < AllocationBase) {
    throw new TraceError(file, line, "initial: BaseAddress lies below AllocationBase");
  }
}

function toRegion(rows: readonly InitialRow[], file: string): RowedRegion {
  const sorted = [...rows].sort(
    (left, right) => left.information.BaseAddress - right.information.BaseAddress,
  );
  const [first] = sorted as [InitialRow];
  const { AllocationBase: base, AllocationProtect: allocationProtect, Type } = first.information;
  let end = base;
  const runs = sorted.map(({ information, line }) => {
    if (information.BaseAddress !== end) {
      const found = hex(information.BaseAddress);
      const message = `initial: region ${hex(base)} goes on at ${hex(end)}, this row at ${found}`;
      throw new TraceError(file, line, message);
    }
    if (information.AllocationProtect !== allocationProtect || information.Type !== Type) {
      const message = `initial: region ${hex(base)} has two types or allocation protections`;
      throw new TraceError(file, line, message);
    }
    end += information.RegionSize;
    return { size: information.RegionSize, state: information.State, protect: information.Protect };
  });
  return {
    line: first.line,
    region: { base, size: end - base, type: Type, allocationProtect, runs },
  };
}
