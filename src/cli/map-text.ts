import { MEM_COMMIT } from "../constants.ts";
import { type MapRegion, type MapRun, type MemoryMap, REGION_TYPES, sum } from "./map.ts";
import { protectionText } from "./protection-text.ts";
import { type Column, tableLines } from "./table.ts";

/**
 * A memory map as text: a line for each region, its runs under it where it has several, and totals
 * by type.
 */
export function mapText(map: MemoryMap): string {
  return [...regionLines(map), "", ...summaryLines(map)].join("\n");
}

function regionLines(map: MemoryMap): string[] {
  const address = addressText(map);
  const digits = map.pointerBytes * 2;
  const columns: Column[] = [
    { title: "Base", width: digits + 2, align: "left" },
    { title: "End", width: digits, align: "left" },
    { title: "Size", width: 13, align: "right" },
    { title: "Type", width: 7, align: "left" },
    { title: "Alloc", width: 5, align: "left" },
    { title: "Committed", width: 11, align: "right" },
    { title: "Touched", width: 11, align: "right" },
    { title: "Pages", width: 8, align: "left" },
  ];
  const region = (each: MapRegion): string[][] => {
    const [first, ...rest] = each.runs as readonly [MapRun, ...MapRun[]];
    const own = [
      address(each.base),
      address(each.base + each.size - 1),
      kilobytes(each.size),
      REGION_TYPES.get(each.type) ?? `0x${each.type.toString(16)}`,
      protectionText(each.allocationProtect),
      kilobytes(each.committed),
      kilobytes(each.touched),
      rest.length === 0 ? pagesText(first) : `${each.runs.length} runs`,
    ];
    return rest.length === 0 ? [own] : [own, ...each.runs.map(run)];
  };
  const run = (each: MapRun): string[] => [
    `  ${address(each.base)}`,
    address(each.base + each.size - 1),
    kilobytes(each.size),
    "",
    "",
    each.state === MEM_COMMIT ? kilobytes(each.size) : "",
    each.state === MEM_COMMIT ? kilobytes(each.touched) : "",
    pagesText(each),
  ];
  return tableLines(columns, map.regions.flatMap(region));
}

function pagesText(run: MapRun): string {
  return run.state === MEM_COMMIT ? protectionText(run.protect) : "reserved";
}

function summaryLines(map: MemoryMap): string[] {
  const columns: Column[] = [
    { title: "Type", width: 8, align: "left" },
    { title: "Count", width: 7, align: "right" },
    { title: "Size", width: 17, align: "right" },
    { title: "Committed", width: 14, align: "right" },
    { title: "Touched", width: 14, align: "right" },
    { title: "Largest", width: 17, align: "right" },
  ];
  const row = (name: string, regions: readonly MapRegion[]): string[] => [
    name,
    count(regions.length),
    kilobytes(sum(regions, (each) => each.size)),
    kilobytes(sum(regions, (each) => each.committed)),
    kilobytes(sum(regions, (each) => each.touched)),
    kilobytes(largestSize(regions)),
  ];
  const types = [...REGION_TYPES].map(([type, name]) =>
    row(
      name,
      map.regions.filter((each) => each.type === type),
    ),
  );
  const free = [
    "Free",
    count(map.free.length),
    kilobytes(sum(map.free, (each) => each.size)),
    "",
    "",
    kilobytes(largestSize(map.free)),
  ];
  const largest = [...map.free].sort((left, right) => right.size - left.size)[0];
  const address = addressText(map);
  const lines = tableLines(columns, [...types, row("Total", map.regions), free]);
  return largest === undefined
    ? lines
    : [...lines, "", `Largest free block: ${kilobytes(largest.size)} at ${address(largest.base)}`];
}

function largestSize(blocks: readonly { readonly size: number }[]): number {
  return blocks.reduce((largest, block) => Math.max(largest, block.size), 0);
}

/** Hexadecimal, as wide as a pointer. */
function addressText(map: MemoryMap): (address: number) => string {
  const digits = map.pointerBytes * 2;
  return (address) => address.toString(16).toUpperCase().padStart(digits, "0");
}

function kilobytes(bytes: number): string {
  return `${count(bytes / 1024)} K`;
}

/** Digits in groups of three, the same in every locale. */
function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
