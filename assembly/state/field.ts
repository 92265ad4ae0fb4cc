import { stream } from "./stream";

/** Fields of the record that is being loaded (state/record), in their order. */

/** What loading a record came to. */
export const LOADED: u32 = 0;
/** The same, and the host has to store its page in the slot `wanted` - 1 before the next one. */
export const LOADED_STORE: u32 = 1;
/** It is none of those that there are, or does not stand where it may. */
export const REFUSED_FORM: u32 = 2;
/** It says what cannot be so. */
export const REFUSED_VALUE: u32 = 3;
/** It is of a machine that was made otherwise. */
export const REFUSED_MACHINE: u32 = 4;
/** There is no memory for it. */
export const REFUSED_MEMORY: u32 = 5;

/** Behind the type of the record and its length. */
export const FIELDS_AT: u32 = 8;

export function get32(): u32 {
  const s = stream();
  const value = load<u32>(s.target + s.bytes);
  s.bytes += 4;
  return value;
}

export function get64(): u64 {
  const s = stream();
  const value = load<u64>(s.target + s.bytes);
  s.bytes += 8;
  return value;
}

/** Where the fields are that were not got yet. */
export function fieldsLeft(): u32 {
  const s = stream();
  return s.target + s.bytes;
}
