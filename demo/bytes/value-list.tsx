import { addressText } from "../session/words.ts";
import type { HexView } from "./hex-view.ts";
import { TEXT_BYTES, valuesOf } from "./values.ts";

/** What the bytes from the place on are, read as numbers and as text. */
export function ValueList({ view }: { readonly view: HexView }) {
  const { session } = view;
  const { pointerBytes, lowestUserAddress, highestUserAddress } = session.machine.value;
  const place = session.place.value;
  const values = valuesOf(view.picture.value.bytes(place, TEXT_BYTES), pointerBytes);
  return (
    <section class="values" aria-label="Values">
      <h2 class="fixed">{addressText(place, highestUserAddress)}</h2>
      <dl>
        {values.map(({ name, text, address = Number.NaN }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="fixed">
              {text === "" ? <span class="quiet">none</span> : text}
              {address >= lowestUserAddress && address <= highestUserAddress && (
                <button type="button" title="Go there" onClick={() => session.goTo(address)}>
                  <span aria-hidden="true">→</span>
                  <span class="unseen">Go to {addressText(address, highestUserAddress)}</span>
                </button>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
