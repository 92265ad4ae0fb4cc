import type { Process } from "../process.ts";
import type { ByRefAny, Declares } from "./interface.ts";
import { signed, unsigned } from "./long.ts";

const LONG_BYTES = 4;

/** RtlMoveMemory between variables of the host and memory of the guest. */
export function copyMemory({ memory }: Process): Declares["CopyMemory"] {
  return (Destination, Source, Length) => {
    const bytes = unsigned(Length, "Length");
    const [to, from] = [place(Destination, "Destination"), place(Source, "Source")];
    checkRoom(to, bytes, "Destination");
    checkRoom(from, bytes, "Source");
    if (typeof to === "number") {
      if (typeof from === "number") memory.copy(to, from, bytes);
      else memory.write(to, from.subarray(0, bytes));
      return;
    }
    const copied = typeof from === "number" ? memory.read(from, bytes) : from.slice(0, bytes);
    to.set(copied);
    if (!isAddressOrBytes(Destination)) Destination.value = longIn(to);
  };
}

/** An address, or the bytes of a variable: those of a Byte array itself. */
function place(any: ByRefAny, name: string): number | Uint8Array {
  if (any instanceof Uint8Array) return any;
  if (typeof any !== "object" || any === null) return unsigned(any, name);
  const bytes = new Uint8Array(LONG_BYTES);
  new DataView(bytes.buffer).setUint32(0, unsigned(any.value, `${name}.value`), true);
  return bytes;
}

function longIn(bytes: Uint8Array): number {
  return signed(new DataView(bytes.buffer).getUint32(0, true));
}

function isAddressOrBytes(any: ByRefAny): any is number | Uint8Array {
  return typeof any === "number" || any instanceof Uint8Array;
}

function checkRoom(place: number | Uint8Array, bytes: number, name: string): void {
  if (typeof place === "number" || bytes <= place.length) return;
  throw new RangeError(`Length must be 0 to ${place.length}, the bytes of ${name}, not ${bytes}`);
}
