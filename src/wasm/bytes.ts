import { coreBase64, verifierBase64 } from "../../build/core.ts";

/**
 * The modules as they are embedded in this package: the one place that knows where their bytes are.
 */
export function coreBytes(): Uint8Array<ArrayBuffer> {
  return decoded(coreBase64);
}

export function verifierBytes(): Uint8Array<ArrayBuffer> {
  return decoded(verifierBase64);
}

function decoded(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}
