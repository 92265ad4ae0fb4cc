import { base64 as toolsBase64 } from "../../build/tools.ts";

/**
 * The modules as they are embedded in this package: the one place that knows where their bytes are.
 */

/** A module of one function that needs SIMD: i8x16.splat, i8x16.popcnt. */
const SIMD_PROBE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // type: () -> v128
  ...[0x03, 0x02, 0x01, 0x00], // one function of it
  ...[0x0a, 0x0a, 0x01, 0x08, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0xfd, 0x62, 0x0b],
);

/** The core that is made for this engine: with SIMD, where it has it. Only this one is fetched. */
export async function coreBytes(): Promise<Uint8Array<ArrayBuffer>> {
  const { base64 } = WebAssembly.validate(SIMD_PROBE)
    ? await import("../../build/core.simd.ts")
    : await import("../../build/core.release.ts");
  return decoded(base64);
}

/** The core for shared memory. */
export async function threadsBytes(): Promise<Uint8Array<ArrayBuffer>> {
  const { base64 } = await import("../../build/core.threads.ts");
  return decoded(base64);
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
