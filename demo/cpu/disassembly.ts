import type { Process } from "guardpage";
import { Decoder, DecoderOptions, Formatter, FormatterSyntax, type Instruction } from "iced-x86";
import { BITS, LONGEST_BYTES } from "./decoder.ts";

/** An instruction in words. */
export interface Line {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/**
 * The instructions from an address on, as a debugger shows them: without an access of the guest.
 * They end where no memory is committed.
 */
export function disassemble({ debugView }: Process, address: number, count: number): Line[] {
  const { bytes } = debugView.read(address, count * LONGEST_BYTES);
  const decoder = new Decoder(BITS, bytes, DecoderOptions.None);
  const formatter = new Formatter(FormatterSyntax.Intel);
  formatter.hexPrefix = "0x";
  formatter.hexSuffix = "";
  formatter.uppercaseHex = false;
  formatter.spaceAfterOperandSeparator = true;
  decoder.ip = BigInt(address);
  try {
    const lines: Line[] = [];
    while (lines.length < count && decoder.canDecode) {
      const start = decoder.position;
      const instruction: Instruction = decoder.decode();
      lines.push({
        address: address + start,
        bytes: bytes.slice(start, decoder.position),
        text: formatter.format(instruction),
      });
      instruction.free();
    }
    return lines;
  } finally {
    formatter.free();
    decoder.free();
  }
}
