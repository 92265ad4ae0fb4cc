import xxhash from "xxhash-wasm";
import type { Bytes } from "./damage.ts";

const { h64Raw } = await xxhash();

export const HEADER_BYTES = 32;

/** XXH64 of what is behind the header, by others than the core. */
export function bodyHash(snapshot: Uint8Array): bigint {
  return h64Raw(snapshot.subarray(HEADER_BYTES));
}

/** Make the header of a snapshot fit its body again. */
export function sealed(snapshot: Bytes): Bytes {
  const view = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
  view.setBigUint64(16, BigInt(snapshot.length - HEADER_BYTES), true);
  view.setBigUint64(24, bodyHash(snapshot), true);
  return snapshot;
}
