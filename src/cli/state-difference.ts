import type { Machine } from "../machine.ts";
import type { MemoryInformation } from "../replay/trace.ts";
import { joined, pairsOf, type Span, within } from "../spans.ts";
import { type ContentDifference, contentDifferences } from "./contents.ts";
import { type Facts, type ProcessState, readProcess } from "./process-state.ts";

/** What is different: of the whole machine, or of one process. */
export type Subject =
  | "machine"
  | "process"
  | "region"
  | "pages"
  | "attributes"
  | "written"
  | "contents"
  | "handle"
  | "counters";

/** One thing that two states have not in common; undefined on the side that has it not at all. */
export interface StateDifference {
  readonly subject: Subject;
  /** Which process, from 1, by age. Undefined of the machine. */
  readonly process: number | undefined;
  /** First address, or the value of a handle. */
  readonly at: number | undefined;
  readonly sizeBytes: number | undefined;
  readonly left: Facts | undefined;
  readonly right: Facts | undefined;
}

/**
 * All that differs between two machines: first of themselves, then of each process, regions before
 * what is in them. How pages are reached is no part of a state.
 */
export function stateDifferences(left: Machine, right: Machine): StateDifference[] {
  const whole = changed("machine", undefined, machineFacts(left), machineFacts(right));
  const count = Math.max(left.processes.length, right.processes.length);
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  return [...whole, ...numbers.flatMap((number) => ofProcess(number, left, right))];
}

function machineFacts({ profile, counters, options }: Machine): Facts {
  const { commitCharge, commitLimit, physicalPages } = counters;
  const version = options.version ?? "none";
  return { profile, version, commitCharge, commitLimit, physicalPages };
}

function ofProcess(number: number, left: Machine, right: Machine): StateDifference[] {
  const [leftState, rightState] = [left, right].map(({ processes }) => {
    const process = processes[number - 1];
    return process && readProcess(process);
  });
  if (leftState === undefined || rightState === undefined) {
    return changed("process", number, presence(leftState), presence(rightState));
  }
  const [leftShared, rightShared] = [
    sharedPages(leftState, rightState),
    sharedPages(rightState, leftState),
  ];
  const ofShared = (subject: Subject, of: (state: ProcessState) => readonly Span<Facts>[]) => {
    const leftSpans = within(of(leftState), leftShared);
    return bySpan(subject, number, leftSpans, within(of(rightState), rightShared));
  };
  return [
    ...byKey("region", number, leftState.regions, rightState.regions),
    ...bySpan("pages", number, leftShared, rightShared),
    ...ofShared("attributes", ({ attributes }) => attributes),
    ...ofShared("written", ({ written }) => written),
    ...contentDifferences(leftState, rightState).map((each) => ofContents(number, each)),
    ...byKey("handle", number, leftState.handles, rightState.handles),
    ...changed("counters", number, leftState.counters, rightState.counters),
  ];
}

function presence(state: ProcessState | undefined): Facts | undefined {
  return state && { regions: state.regions.size };
}

/** Pages of regions that both have: one that only one side has is a difference as a whole. */
function sharedPages(state: ProcessState, other: ProcessState): Span<Facts>[] {
  return state.pages
    .filter(({ facts }) => other.regions.has(facts.AllocationBase))
    .map(({ start, end, facts }) => ({ start, end, facts: pageFacts(facts) }));
}

function pageFacts({ State, Protect }: MemoryInformation): Facts {
  return { State, Protect };
}

function ofContents(process: number, difference: ContentDifference): StateDifference {
  const { address, sizeBytes, differentBytes, first, left, right } = difference;
  const facts = (bytes: string): Facts => ({ differentBytes, first, bytes });
  const range = { at: address, sizeBytes };
  return { subject: "contents", process, ...range, left: facts(left), right: facts(right) };
}

function changed(
  subject: Subject,
  process: number | undefined,
  left: Facts | undefined,
  right: Facts | undefined,
): StateDifference[] {
  if (same(left, right)) return [];
  return [{ subject, process, at: undefined, sizeBytes: undefined, left, right }];
}

function byKey(
  subject: Subject,
  process: number,
  left: ReadonlyMap<number, Facts>,
  right: ReadonlyMap<number, Facts>,
): StateDifference[] {
  const keys = [...new Set([...left.keys(), ...right.keys()])].sort((one, two) => one - two);
  return keys.flatMap((at) => {
    return changed(subject, process, left.get(at), right.get(at)).map((each) => ({ ...each, at }));
  });
}

function bySpan(
  subject: Subject,
  process: number,
  left: readonly Span<Facts>[],
  right: readonly Span<Facts>[],
): StateDifference[] {
  const pairs = pairsOf(left, right)
    .filter((pair) => !same(pair.left, pair.right))
    .map(({ start, end, ...facts }) => ({ start, end, facts }));
  return joined(pairs, (one, two) => same(one.left, two.left) && same(one.right, two.right)).map(
    ({ start, end, facts }) => {
      return { subject, process, at: start, sizeBytes: end - start, ...facts };
    },
  );
}

function same(left: Facts | undefined, right: Facts | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
