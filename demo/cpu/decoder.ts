import type { Process } from "guardpage";
import { Decoder, DecoderError, DecoderOptions, Instruction } from "iced-x86";

/** Of the code that is decoded. */
export const BITS = 32;
/** Of an instruction, whatever its prefixes. */
export const LONGEST_BYTES = 15;
const PAGE_BYTES = 0x1000;

/** Fetches instructions of a process and decodes them, one at a time. */
export class InstructionDecoder {
  readonly #process: Process;
  /** The last one that was decoded; the next takes its place. */
  readonly instruction = new Instruction();
  /** Its bytes, or those that are no instruction. */
  bytes = new Uint8Array();

  constructor(process: Process) {
    this.#process = process;
  }

  /**
   * The instruction at an address, fetched as a processor does: the next page is asked for only
   * when the instruction reaches into it. Nothing is kept of earlier fetches, so code that was
   * written since, or whose page was protected, is what it is now.
   *
   * @throws PageFault where it may not be executed
   */
  at(address: number): Instruction {
    const inPage = PAGE_BYTES - (address % PAGE_BYTES);
    const first = this.#process.memory.fetch(address, Math.min(LONGEST_BYTES, inPage));
    if (this.#decode(address, first) === DecoderError.NoMoreBytes && inPage < LONGEST_BYTES) {
      this.#decode(address, this.#process.memory.fetch(address, LONGEST_BYTES));
    }
    return this.instruction;
  }

  #decode(address: number, bytes: Uint8Array): DecoderError {
    const decoder = new Decoder(BITS, bytes, DecoderOptions.None);
    try {
      decoder.ip = BigInt(address);
      decoder.decodeOut(this.instruction);
      const error = decoder.lastError;
      this.bytes = bytes.slice(0, error === DecoderError.None ? decoder.position : bytes.length);
      return error;
    } finally {
      // Memory of the decoder's module is collected by nobody.
      decoder.free();
    }
  }
}
