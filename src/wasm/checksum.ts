import { CONTEXT, TRANSFER_BYTES } from "./exports.ts";
import { toolsOn } from "./tools.ts";

/** What the tools ask of a memory, in pages of 64 KB (asconfig.tools.json). */
const MEMORY = { initial: 48, maximum: 65535 };
/** Where the first context of a core would be. */
const CONTEXT_ADDRESS = 0x10000;

/** XXH64 with the seed 0: its lower and its upper half. */
export function checksumOf(bytes: Uint8Array): readonly [number, number] {
  const memory = new WebAssembly.Memory(MEMORY);
  const tools = toolsOn(memory);
  tools.stateHashBegin();
  const area = new Uint8Array(memory.buffer, CONTEXT_ADDRESS + CONTEXT.transfer, TRANSFER_BYTES);
  for (let at = 0; at < bytes.length; at += TRANSFER_BYTES) {
    const part = bytes.subarray(at, at + TRANSFER_BYTES);
    area.set(part);
    tools.stateHashAdd(CONTEXT_ADDRESS, part.length);
  }
  return [tools.stateHashHalf(0) >>> 0, tools.stateHashHalf(1) >>> 0];
}
