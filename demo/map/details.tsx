import { addressText, protectionText, sizeText, stateText, typeText } from "../session/words.ts";
import type { MapView } from "./map-view.ts";
import { regionOf } from "./memory.ts";

/** What VirtualQuery says of the page under the pointer or the focus, and its region. */
export function Details({ view }: { readonly view: MapView }) {
  view.frame.value;
  return (
    <div class="details">
      <List rows={informationRows(view)} />
      <List rows={regionRows(view)} />
    </div>
  );
}

type Rows = readonly (readonly [name: string, value: string])[];

function List({ rows }: { readonly rows: Rows }) {
  return (
    <dl>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function informationRows(view: MapView): Rows {
  const { highestUserAddress } = view.session.machine.value;
  const run = view.information();
  const address = (value: number) => addressText(value, highestUserAddress);
  return [
    ["BaseAddress", address(run.start)],
    ["AllocationBase", address(run.regionBase ?? 0)],
    ["AllocationProtect", protectionText(run.allocationProtect)],
    ["RegionSize", sizeText(run.end - run.start)],
    ["State", stateText(run.state)],
    ["Protect", protectionText(run.protect)],
    ["Type", typeText(run.type)],
  ];
}

const NONE = "\u2013";

function regionRows(view: MapView): Rows {
  const { start } = view.information();
  const region = regionOf(view.session.process.value, start);
  const size = (bytes: number | undefined) => (bytes === undefined ? NONE : sizeText(bytes));
  return [
    ["Whole region", size(region && region.end - region.start)],
    ["Charged of it", size(region?.chargedBytes)],
    ["Touched of it", size(region && view.memory.value.touchedBytes(region))],
  ];
}

/** The same in a sentence, where the focus is: what a screen reader says as it moves. */
export function FocusSentence({ view }: { readonly view: MapView }) {
  const { machine, focus } = view.session;
  // Not `frame`: a program that runs is not to be read out.
  const { start, end, state, protect, type } = view.memory.value.query(focus.value);
  const address = addressText(focus.value, machine.value.highestUserAddress);
  const words = [stateText(state), protectionText(protect), typeText(type)];
  const said = words.filter((text) => text !== "0").join(", ");
  return (
    <p class="unseen" aria-live="polite">
      {address}: {said}, {sizeText(end - start)} alike.
    </p>
  );
}
