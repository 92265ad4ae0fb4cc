import { useSignal, useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { addressOf } from "../session/address-expression.ts";
import type { Session } from "../session/session.ts";
import { addressText, hex } from "../session/words.ts";
import { useIsShown } from "../view/use-is-shown.ts";
import { HexTable } from "./hex-table.tsx";
import { HexView } from "./hex-view.ts";
import { ValueList } from "./value-list.tsx";
import "./bytes.css";

/** Narrower than this, in pixels, a line has 8 bytes. */
const WIDE_PIXELS = 590;

/** The bytes of the process, to look at and to change. */
export function BytesPanel({ session }: { readonly session: Session }) {
  const place = useRef<HTMLDivElement>(null);
  const view = useMemo(() => new HexView(session), [session]);
  const isShown = useIsShown(place);
  useSignalEffect(() => {
    view.isShown.value = isShown.value;
  });
  useLayoutEffect(() => view.follow(), [view]);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const width = entry?.contentRect.width ?? 0;
      if (width > 0) view.columns.value = width < WIDE_PIXELS ? 8 : 16;
    });
    if (place.current !== null) observer.observe(place.current);
    return () => observer.disconnect();
  }, [view]);
  const process = session.process.value;
  return (
    <div class="bytes" ref={place}>
      <div class="controls">
        <GoTo view={view} />
        <button type="button" onClick={() => view.movePage(-1)} aria-label="A page up">
          ▲
        </button>
        <button type="button" onClick={() => view.movePage(1)} aria-label="A page down">
          ▼
        </button>
      </div>
      {process.exited && <p>Process {process.id} has ended: it has no memory.</p>}
      <HexTable view={view} />
      <p id="bytes-keys" class="quiet">
        Type hexadecimal digits or text to change bytes; Tab leads to the other side.
      </p>
      <p role="status" class="refusal">
        {view.message.value}
      </p>
      <ValueList view={view} />
    </div>
  );
}

/** An address to go to, or an expression that gives one. */
function GoTo({ view }: { readonly view: HexView }) {
  const message = useSignal("");
  const { session } = view;
  const go = (text: string) => {
    const here = session.place.value;
    const base = view.lines.value.run(here)?.regionBase ?? here;
    const ip = Number(session.process.value.instructionPointer);
    const address = addressOf(text, { here, base, ip });
    const highest = session.machine.value.highestUserAddress;
    if (address === undefined) message.value = `"${text}" is no address.`;
    else if (address < 0 || address > highest) message.value = `${hex(address)} is out of reach.`;
    else {
      message.value = "";
      session.goTo(address);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        go(String(new FormData(event.currentTarget).get("address")));
      }}
    >
      <label>
        Go to{" "}
        <input
          id="bytes-address"
          name="address"
          class="fixed"
          placeholder={addressText(session.place.value, session.machine.value.highestUserAddress)}
          title="Hexadecimal or decimal, with + and -; base, here and ip are names"
          spellcheck={false}
          autocomplete="off"
        />
      </label>{" "}
      <span role="status">{message.value}</span>
    </form>
  );
}
