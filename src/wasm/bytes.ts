import { coreBase64, toolsBase64 } from "../../build/core.ts";

/**
 * The modules as they are embedded in this package: the one place that knows where their bytes are.
 */
export function coreBytes(): Uint8Array<ArrayBuffer> {
  return decoded(coreBase64);
}

export function toolsBytes(): Uint8Array<ArrayBuffer> {
  return decoded(toolsBase64);
}

function decoded(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}
