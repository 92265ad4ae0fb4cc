import { type Address, type Door, integer, shown } from "./door.ts";
import type { Process } from "./process.ts";
import { readAsked, writeAsked } from "./service-bytes.ts";
import { Access, PAGE_BYTES } from "./wasm/exports.ts";

/**
 * An out-parameter: an object whose `value` is set, or a guest address that is written with guest
 * access rules, or NULL (null, undefined, 0). Where a guest address cannot be written, the call
 * fails with ERROR_NOACCESS (998) and changes nothing, but for a guard page: met by a system
 * service, it loses its guard (4.8).
 */
export type Out<T> = { value: T } | Address | null | undefined;

/** A parameter that is read and then written. */
export type InOut = { value: Address } | Address | null | undefined;

/**
 * A structure to fill: `{ value }` gets a new one, any other object is the structure, a guest
 * address receives its bytes.
 */
export type StructureOut<T> = { value: T } | Partial<T> | Address | null | undefined;

/** What the core takes for "leave it among the results". */
export const TO_RESULTS = -1;

const NUMBER_BYTES_MAXIMUM = 8;
const PAGE_MASK = 0xfff;
/** Above every user address, and still exact as a number. */
const FAR_ABOVE = 2 ** 53;

/**
 * Where the core is to write: TO_RESULTS for an object, 0 for NULL, otherwise the guest address.
 */
export function outAddress(out: unknown, door: Door, name: string): number {
  if (out === undefined || out === null) return 0;
  if (typeof out === "object") return TO_RESULTS;
  if (typeof out !== "number" && typeof out !== "bigint") {
    throw new TypeError(`${name} must be { value }, a guest address or null, not ${shown(out)}`);
  }
  return Math.min(door.pointer(out, name), FAR_ABOVE);
}

/**
 * As `outAddress`, for a parameter that may be left out: NULL goes to the results too, where nobody
 * reads it.
 */
export function optionalOutAddress(out: unknown, door: Door, name: string): number {
  return outAddress(out, door, name) || TO_RESULTS;
}

/** What comes in by an object; 0 where the core reads it from guest memory itself. */
export function inValue(parameter: InOut, door: Door, name: string): number {
  if (typeof parameter !== "object" || parameter === null) return 0;
  const { value } = parameter;
  return door.isPointer(value) ? value : door.pointer(value, `${name}.value`);
}

export function setOut(out: Out<number> | InOut, value: number): void {
  if (typeof out === "object" && out !== null) out.value = value;
}

/**
 * Hand over a number: to the object, or as so many bytes at `address` (`outAddress`), where
 * `isServiceWritable` has said yes. The rule that the call answers by stays.
 */
export function deliver(
  process: Process,
  out: Out<number> | InOut,
  address: number,
  value: number,
  lengthBytes: number,
): void {
  setOut(out, value);
  if (address <= 0) return;
  const { view } = process.enter();
  const { decision } = view;
  serviceWrite(process, address, numberBytes(value, lengthBytes));
  view.decision = decision;
}

/** Hand over a structure to the object that asked for it. */
export function setStructure<T extends object>(out: StructureOut<T>, structure: Partial<T>): void {
  if (typeof out !== "object" || out === null) return;
  if ("value" in out) out.value = structure as T;
  else Object.assign(out, structure);
}

/** A LARGE_INTEGER that comes in: 64 bits with a sign on either width of pointers. */
export type LargeIntegerIn = { value: Address } | Address | null | undefined;

const LARGE_INTEGER_BYTES = 8;
const LARGE_INTEGER_MINIMUM = -0x8000_0000_0000_0000n;
const LARGE_INTEGER_MAXIMUM = 0x7fff_ffff_ffff_ffffn;

/** What `{ value }` says, exactly; 0n where the core reads guest memory itself, and for NULL. */
export function largeInteger(parameter: LargeIntegerIn, name: string): bigint {
  if (typeof parameter !== "object" || parameter === null) return 0n;
  const { value } = parameter;
  if (typeof value !== "bigint") {
    const { MIN_SAFE_INTEGER, MAX_SAFE_INTEGER } = Number;
    return BigInt(integer(value, `${name}.value`, MIN_SAFE_INTEGER, MAX_SAFE_INTEGER));
  }
  if (value < LARGE_INTEGER_MINIMUM || value > LARGE_INTEGER_MAXIMUM) {
    throw new RangeError(`${name}.value must fit in 64 bits, not ${shown(value)}`);
  }
  return value;
}

/** A LARGE_INTEGER in guest memory, or null where it cannot be read. */
export function readLargeInteger(process: Process, address: number): bigint | null {
  const bytes = serviceRead(process, address, LARGE_INTEGER_BYTES);
  return bytes && new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true);
}

/** A number as guest memory holds it, in 1 to 8 bytes. */
export function numberBytes(value: Address, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(NUMBER_BYTES_MAXIMUM);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes.subarray(0, lengthBytes);
}

/** Whether `serviceWrite` can write there. */
export function isServiceWritable(process: Process, address: number, length: number): boolean {
  return serviceAsks(process, address, length, Access.Write);
}

/**
 * Write to guest memory as a system service does: all bytes, or false and none. At most one page,
 * and at most one page boundary in it.
 */
export function serviceWrite(process: Process, address: number, bytes: Uint8Array): boolean {
  if (!serviceAsks(process, address, bytes.length, Access.Write)) return false;
  writeAsked(process, address, bytes);
  return true;
}

/** Read from guest memory as a system service does, or null. */
export function serviceRead(process: Process, address: number, length: number): Uint8Array | null {
  if (!serviceAsks(process, address, length, Access.Read)) return null;
  return readAsked(process, address, length);
}

/** One question for both pages: a first page whose neighbour fails stays as it is. */
function serviceAsks(process: Process, address: number, length: number, access: number): boolean {
  const { accesses } = process.enter();
  const untilBoundary = PAGE_BYTES - (address & PAGE_MASK);
  return untilBoundary < length
    ? accesses.asks(address + untilBoundary - 1, 2, access)
    : accesses.asks(address, 1, access);
}
