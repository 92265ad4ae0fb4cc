import { coreBase64 } from "../../build/core.ts";

/**
 * The core module as it is embedded in this package: the one place that knows where its bytes are.
 */
export function coreBytes(): Uint8Array<ArrayBuffer> {
  const text = atob(coreBase64);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}
