import { MEM_COMMIT, MEM_FREE, MEM_IMAGE, MEM_MAPPED, MEM_PRIVATE } from "../constants.ts";
import type { MemoryInformation } from "../replay/trace.ts";

/**
 * What a memory map is made of: VirtualQuery, and how much of a committed range has been touched.
 */
export interface MapSource {
  readonly pointerBytes: 4 | 8;
  query(address: number): MemoryInformation | null;
  touchedBytes(base: number, size: number): number;
}

export interface MapRun {
  readonly base: number;
  readonly size: number;
  readonly state: number;
  readonly protect: number;
  readonly touched: number;
}

export interface MapRegion {
  readonly base: number;
  readonly size: number;
  readonly type: number;
  readonly allocationProtect: number;
  readonly committed: number;
  readonly touched: number;
  readonly runs: readonly MapRun[];
}

export interface MapFree {
  readonly base: number;
  readonly size: number;
}

export interface MemoryMap {
  readonly pointerBytes: 4 | 8;
  readonly regions: readonly MapRegion[];
  readonly free: readonly MapFree[];
}

export const REGION_TYPES: ReadonlyMap<number, string> = new Map([
  [MEM_IMAGE, "Image"],
  [MEM_MAPPED, "Mapped"],
  [MEM_PRIVATE, "Private"],
]);

/** Walk an address space from its first to its last byte by VirtualQuery, as a memory tool does. */
export function readMap(source: MapSource): MemoryMap {
  const free: MapFree[] = [];
  const groups: MemoryInformation[][] = [];
  for (let run = source.query(0); run !== null; run = source.query(endOf(run))) {
    if (run.State === MEM_FREE) {
      free.push({ base: run.BaseAddress, size: run.RegionSize });
      continue;
    }
    const group = groups.at(-1);
    if (group?.[0]?.AllocationBase === run.AllocationBase) {
      group.push(run);
    } else {
      groups.push([run]);
    }
  }
  const regions = groups.map((group) => toRegion(group, source));
  return { pointerBytes: source.pointerBytes, regions, free };
}

function endOf(run: MemoryInformation): number {
  return run.BaseAddress + run.RegionSize;
}

function toRegion(group: readonly MemoryInformation[], source: MapSource): MapRegion {
  const [first] = group as readonly [MemoryInformation];
  const runs = group.map(
    (run): MapRun => ({
      base: run.BaseAddress,
      size: run.RegionSize,
      state: run.State,
      protect: run.Protect,
      touched: run.State === MEM_COMMIT ? source.touchedBytes(run.BaseAddress, run.RegionSize) : 0,
    }),
  );
  return {
    base: first.AllocationBase,
    size: sum(runs, (run) => run.size),
    type: first.Type,
    allocationProtect: first.AllocationProtect,
    committed: sum(runs, (run) => (run.state === MEM_COMMIT ? run.size : 0)),
    touched: sum(runs, (run) => run.touched),
    runs,
  };
}

export function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
