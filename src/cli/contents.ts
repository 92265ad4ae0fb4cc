import { MEM_COMMIT, MEM_PRIVATE } from "../constants.ts";
import type { Process } from "../process.ts";
import { pairsOf } from "../spans.ts";
import type { ProcessState } from "./process-state.ts";

const PAGE_BYTES = 0x1000;
const SHOWN_BYTES = 16;

/** Neighbouring pages whose bytes differ. */
export interface ContentDifference {
  readonly address: number;
  readonly sizeBytes: number;
  /** How many bytes of them differ. */
  readonly differentBytes: number;
  /** The first that differs, and up to 16 bytes of its page from there on, as hexadecimal text. */
  readonly first: number;
  readonly left: string;
  readonly right: string;
}

/**
 * Pages that are committed on both sides and whose bytes differ, as a debugger reads them: nothing
 * changes by that. Pages that nobody has touched hold zeros, so they are not read unless they may
 * show what somebody else has written.
 */
export function contentDifferences(left: ProcessState, right: ProcessState): ContentDifference[] {
  const differences: ContentDifference[] = [];
  for (const { start, end, ...facts } of pairsOf(left.pages, right.pages)) {
    if (facts.left?.State !== MEM_COMMIT || facts.right?.State !== MEM_COMMIT) continue;
    const isPrivate = facts.left.Type === MEM_PRIVATE && facts.right.Type === MEM_PRIVATE;
    const pages = isPrivate ? touchedPages(left, right, start, end) : allPages(start, end);
    for (const page of pages) {
      const difference = compare(page, left.process, right.process);
      if (difference !== undefined) add(differences, difference);
    }
  }
  return differences;
}

function* allPages(start: number, end: number): Generator<number> {
  for (let page = start; page < end; page += PAGE_BYTES) yield page;
}

/** Pages that hold content on either side; ranges without any are passed over whole. */
function* touchedPages(
  left: ProcessState,
  right: ProcessState,
  start: number,
  end: number,
): Generator<number> {
  const size = end - start;
  const isTouched = [left, right].some(({ process }) => process.touchedBytes(start, size) > 0);
  if (!isTouched) return;
  if (size === PAGE_BYTES) {
    yield start;
    return;
  }
  const middle = start + Math.floor(size / 2 / PAGE_BYTES) * PAGE_BYTES;
  yield* touchedPages(left, right, start, middle);
  yield* touchedPages(left, right, middle, end);
}

function compare(page: number, left: Process, right: Process): ContentDifference | undefined {
  const leftBytes = Buffer.from(left.debugView.read(page, PAGE_BYTES).bytes);
  const rightBytes = Buffer.from(right.debugView.read(page, PAGE_BYTES).bytes);
  if (leftBytes.equals(rightBytes)) return undefined;
  const offsets = [...leftBytes.keys()].filter((at) => leftBytes[at] !== rightBytes[at]);
  const first = offsets[0] as number;
  const shown = (bytes: Buffer) => bytes.subarray(first, first + SHOWN_BYTES).toString("hex");
  return {
    address: page,
    sizeBytes: PAGE_BYTES,
    differentBytes: offsets.length,
    first: page + first,
    left: shown(leftBytes),
    right: shown(rightBytes),
  };
}

function add(differences: ContentDifference[], next: ContentDifference): void {
  const last = differences.at(-1);
  if (last === undefined || last.address + last.sizeBytes !== next.address) {
    differences.push(next);
    return;
  }
  const sizeBytes = last.sizeBytes + next.sizeBytes;
  const differentBytes = last.differentBytes + next.differentBytes;
  differences[differences.length - 1] = { ...last, sizeBytes, differentBytes };
}
