import { PAGE_BYTES } from "../session/session.ts";
import { addressText, sizeText } from "../session/words.ts";
import { largestGap } from "./gaps.ts";
import type { MapView } from "./map-view.ts";

/** The whole address space in a few figures. */
export function Summary({ view }: { readonly view: MapView }) {
  view.frame.value;
  return (
    <dl class="summary">
      {figuresOf(view).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function figuresOf(view: MapView): readonly (readonly [name: string, value: string])[] {
  const process = view.session.process.value;
  if (process.exited) return [["Process", "ended"]];
  const { regions, regionBytes, commitCharge } = process.counters;
  const { lowestUserAddress, highestUserAddress } = view.session.machine.value;
  const space = view.space.value;
  const memory = view.memory.value;
  // VirtualQuery finds what lies below free as well, but a program can have nothing there.
  const gap = largestGap(memory, { ...space, start: lowestUserAddress });
  const gapText =
    gap && `${sizeText(gap.end - gap.start)} at ${addressText(gap.start, highestUserAddress)}`;
  return [
    ["Regions", String(regions)],
    ["In regions", sizeText(regionBytes)],
    ["Charged", sizeText(commitCharge * PAGE_BYTES)],
    ["Touched", sizeText(memory.touchedBytes(space))],
    ["Largest free", gapText ?? "only small gaps"],
  ];
}
