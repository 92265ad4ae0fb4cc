import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { statusText } from "../session/constant-names.ts";
import type { LoggedException } from "../session/exception-log.ts";
import type { Session } from "../session/session.ts";
import { addressText } from "../session/words.ts";
import { type RowAttributes, VirtualTable } from "../view/virtual-table.tsx";
import { ExceptionDetails } from "./exception-details.tsx";
import { accessOf, endText, faultedPageText } from "./exception-text.ts";
import "./exceptions.css";

const HEADS = [
  ["number", "#"],
  ["code", "Code"],
  ["access", "Access"],
  ["address", "Address"],
  ["page-state", "Page"],
  ["end", "Decision"],
  ["instruction", "Instruction"],
  ["rule", "Rule"],
  ["process", "Process"],
] as const;

/** Every exception that came up, newest last. */
export function ExceptionsPanel({ session }: { readonly session: Session }) {
  const entries = session.exceptions.entries.value;
  const active = useSignal(Number.MAX_SAFE_INTEGER);
  const scroller = useFollowing(entries.length);
  const highest = session.machine.value.highestUserAddress;
  const current = entries[Math.min(active.value, entries.length - 1)];
  const choose = (index: number) => {
    const entry = entries[index];
    if (entry !== undefined) goTo(session, entry);
  };
  const draw = (index: number, attributes: RowAttributes) => {
    const entry = entries[index];
    return entry && <ExceptionRow key={entry.number} {...{ entry, attributes, highest }} />;
  };
  return (
    <div class="exceptions">
      <p class="controls">
        <button
          type="button"
          disabled={entries.length === 0}
          onClick={() => {
            session.exceptions.clear();
            active.value = Number.MAX_SAFE_INTEGER;
          }}
        >
          Clear
        </button>
        <span class="quiet">
          {entries.length === 0
            ? "No exception has come up."
            : "Choose one to go to its page: the map and the bytes follow."}
        </span>
      </p>
      <VirtualTable
        id="exception"
        label="Exceptions"
        role="grid"
        head={HEADS.map(([name, title]) => (
          <th key={name} scope="col" class={name}>
            {title}
          </th>
        ))}
        rowCount={entries.length}
        row={draw}
        active={active}
        onChoose={choose}
        scroller={scroller}
      />
      {current && <ExceptionDetails entry={current} session={session} />}
    </div>
  );
}

/** To the address of a fault, in its process; to the instruction where nothing was accessed. */
function goTo(session: Session, entry: LoggedException): void {
  const { machine } = session;
  const process = machine.value.processes.find(({ id }) => id === entry.process);
  if (process !== undefined && process !== session.process.value) {
    session.process.value = process;
    session.changed();
  }
  const address = Number(entry.fault?.address ?? entry.record.ExceptionAddress);
  if (address <= machine.value.highestUserAddress) session.goTo(address);
}

/** What is scrolled to its end stays there when rows are added. */
function useFollowing(count: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const endPixels = useRef(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const { scrollTop, clientHeight, scrollHeight } = element;
    if (scrollTop + clientHeight >= endPixels.current - 1) element.scrollTop = scrollHeight;
    endPixels.current = scrollHeight;
  }, [count]);
  return scroller;
}

interface ExceptionRowProps {
  readonly entry: LoggedException;
  readonly attributes: RowAttributes;
  readonly highest: number;
}

function ExceptionRow({ entry, attributes, highest }: ExceptionRowProps) {
  const { number, process, record, fault, rule, end } = entry;
  return (
    <tr {...attributes}>
      <td class="number">{number}</td>
      <td title={statusText(record.ExceptionCode)}>
        {statusText(record.ExceptionCode).replace("EXCEPTION_", "")}
      </td>
      <td>{accessOf(entry)}</td>
      <td class="fixed">{fault && addressText(fault.address, highest)}</td>
      <td>{faultedPageText(entry)}</td>
      <td title={endText(entry)}>{end}</td>
      <td class="fixed">{addressText(record.ExceptionAddress, highest)}</td>
      <td class="fixed">{rule}</td>
      <td class="number">{process}</td>
    </tr>
  );
}
