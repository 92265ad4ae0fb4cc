import type { ExceptionRecord, GuestMemory } from "guardpage";
import { CONTEXT_BYTES, type Context, writeContext } from "./context.ts";

/**
 * What a handler is called with, on the stack of the guest:
 *
 *     +0x00  return address              read by the handler's `ret 4`
 *     +0x04  pointer to +0x08            its argument
 *     +0x08  EXCEPTION_POINTERS          where ESP is when the handler has returned
 *     +0x10  handle of that handler      so that the next one is found
 *     +0x14  EXCEPTION_RECORD
 *     +0x64  CONTEXT
 */
const POINTERS_AT = 0x08;
const HANDLE_AT = 0x10;
const RECORD_AT = 0x14;
const CONTEXT_AT = 0x64;
const FRAME_BYTES = CONTEXT_AT + CONTEXT_BYTES;

const WORD_BYTES = 4;

export interface FrameContents {
  readonly returnAddress: number;
  readonly handle: number;
  readonly record: ExceptionRecord;
  readonly context: Context;
}

/**
 * Write a frame below an address.
 *
 * @returns its own address, the ESP of the handler
 * @throws PageFault where the stack has no room for it
 */
export function pushFrame(memory: GuestMemory, esp: number, contents: FrameContents): number {
  const frame = ((esp - FRAME_BYTES) & -WORD_BYTES) >>> 0;
  const bytes = new DataView(new ArrayBuffer(FRAME_BYTES));
  const word = (offset: number, value: number) => bytes.setUint32(offset, value, true);
  word(0, contents.returnAddress);
  word(WORD_BYTES, frame + POINTERS_AT);
  word(POINTERS_AT, frame + RECORD_AT);
  word(POINTERS_AT + WORD_BYTES, frame + CONTEXT_AT);
  word(HANDLE_AT, contents.handle);
  writeRecord(bytes, contents.record);
  writeContext(bytes, CONTEXT_AT, contents.context);
  memory.write(frame, new Uint8Array(bytes.buffer));
  return frame;
}

function writeRecord(bytes: DataView, record: ExceptionRecord): void {
  const { ExceptionInformation } = record;
  // ExceptionRecord, the third, is NULL: no exception of the CPU comes from another.
  const words = [
    record.ExceptionCode,
    record.ExceptionFlags,
    0,
    Number(record.ExceptionAddress),
    ExceptionInformation.length,
    ...ExceptionInformation.map(Number),
  ];
  for (const [index, word] of words.entries()) {
    bytes.setUint32(RECORD_AT + index * WORD_BYTES, word, true);
  }
}

/** The frame of a handler that has returned: what it was, and where its CONTEXT is by now. */
export function frameAbove(memory: GuestMemory, esp: number): { handle: number; context: number } {
  return {
    handle: memory.getUint32((esp + HANDLE_AT - POINTERS_AT) >>> 0),
    context: memory.getUint32((esp + WORD_BYTES) >>> 0),
  };
}

/**
 * Call the next handler with the same frame. Its first two words were the stack of the last one.
 *
 * @returns the ESP of the handler
 */
export function reuseFrame(
  memory: GuestMemory,
  esp: number,
  { returnAddress, handle }: { returnAddress: number; handle: number },
): number {
  const frame = (esp - POINTERS_AT) >>> 0;
  memory.setUint32(frame, returnAddress);
  memory.setUint32((frame + WORD_BYTES) >>> 0, esp);
  memory.setUint32((frame + HANDLE_AT) >>> 0, handle);
  return frame;
}
