import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Session } from "../session/session.ts";
import { sizeText } from "../session/words.ts";
import { Pace } from "../view/pace.ts";
import { useIsShown } from "../view/use-is-shown.ts";
import { type Order, ordered } from "./order.ts";
import { type Region, type RegionRun, regionsOf, runsOf } from "./region.ts";
import { RegionTable } from "./region-table.tsx";
import { Rows } from "./rows.ts";
import { search } from "./search.ts";
import "./regions.css";

/** What was read of a process at one moment. */
interface Reading {
  readonly regions: readonly Region[];
  /** Of the regions that show them. */
  readonly runs: ReadonlyMap<number, readonly RegionRun[]>;
}

const NOTHING: Reading = { regions: [], runs: new Map() };

/** The regions of the process: a table to search, to order, and to go somewhere from. */
export function RegionsPanel({ session }: { readonly session: Session }) {
  const place = useRef<HTMLDivElement>(null);
  const text = useSignal("");
  const order = useSignal<Order>({ column: "base", direction: "ascending" });
  const opened = useSignal<ReadonlySet<number>>(new Set());
  const reading = useReading(session, place, opened);
  const found = useComputed(() => search(reading.value.regions, text.value));
  const rows = useComputed(() => {
    return new Rows(ordered(found.value.regions, order.value), reading.value.runs);
  });
  const { unmatched } = found.value;
  const toggle = (base: number) => {
    const next = new Set(opened.value);
    if (!next.delete(base)) next.add(base);
    opened.value = next;
  };
  return (
    <div class="regions" ref={place}>
      <search class="controls">
        <label>
          Search{" "}
          <input
            type="search"
            value={text.value}
            placeholder="0x401000, guard, image"
            spellcheck={false}
            onInput={({ currentTarget }) => {
              text.value = currentTarget.value;
            }}
            onKeyDown={({ key }) => {
              const first = rows.value.at(0);
              if (key === "Enter" && first !== undefined) session.goTo(first.region.base);
            }}
          />
        </label>
        <span role="status" class="unmatched">
          {unmatched.length > 0 && `No region matches ${unmatched.join(", ")}.`}
        </span>
      </search>
      <p class="totals">{totalsText(found.value.regions, reading.value.regions.length)}</p>
      <RegionTable
        session={session}
        rows={rows.value}
        order={order}
        isOpen={(base) => opened.value.has(base)}
        onToggle={toggle}
      />
    </div>
  );
}

/** The regions as they were at the last change; not read while nobody sees them. */
function useReading(
  session: Session,
  place: { readonly current: Element | null },
  opened: { readonly value: ReadonlySet<number> },
) {
  const reading = useSignal(NOTHING);
  const isShown = useIsShown(place);
  const pace = useMemo(() => {
    return new Pace(() => {
      reading.value = readingOf(session, opened.value);
    });
  }, [session]);
  useSignalEffect(() => {
    session.changes.value;
    session.process.value;
    opened.value;
    if (isShown.value) pace.ask();
    else pace.cancel();
  });
  useEffect(() => () => pace.cancel(), [pace]);
  return reading;
}

function readingOf(session: Session, opened: ReadonlySet<number>): Reading {
  const process = session.process.value;
  const regions = regionsOf(process);
  const shown = regions.filter(({ base }) => opened.has(base));
  return { regions, runs: new Map(shown.map((region) => [region.base, runsOf(process, region)])) };
}

function totalsText(found: readonly Region[], count: number): string {
  const sum = (bytes: (region: Region) => number) => {
    return sizeText(found.reduce((total, region) => total + bytes(region), 0));
  };
  const number = found.length.toLocaleString("en");
  const of = found.length === count ? "" : ` of ${count.toLocaleString("en")}`;
  const size = sum(({ sizeBytes }) => sizeBytes);
  const committed = sum(({ committedBytes }) => committedBytes);
  const touched = sum(({ touchedBytes }) => touchedBytes);
  return `${number}${of} regions: ${size}, ${committed} committed, ${touched} touched`;
}
