import { byteArray, integer } from "./door.ts";

/** What is read from or written to a file has to end at a position that is an exact number. */
export function checkFileRange(position: number, bytes: Uint8Array, name: string): void {
  byteArray(bytes, name);
  integer(position, "position", 0, Number.MAX_SAFE_INTEGER - bytes.length);
}

export function checkFileSize(sizeBytes: number): void {
  integer(sizeBytes, "sizeBytes", 0, Number.MAX_SAFE_INTEGER);
}
