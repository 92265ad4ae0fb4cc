import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { TraceError } from "../replay/trace.ts";

const NEWLINE = 0x0a;

/**
 * The bytes of a file, unpacked where its name ends in .gz.
 *
 * @throws TraceError where it cannot be read or unpacked
 */
export async function readBytes(file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) {
      chunks.push(chunk);
    }
  };
  const stream = createReadStream(file);
  try {
    await (file.endsWith(".gz")
      ? pipeline(stream, createGunzip(), collect)
      : pipeline(stream, collect));
  } catch (error) {
    throw readError(error as NodeJS.ErrnoException, file, Buffer.concat(chunks));
  }
  return Buffer.concat(chunks);
}

function readError(error: NodeJS.ErrnoException, file: string, read: Buffer): TraceError {
  if (error.syscall !== undefined) {
    return new TraceError(file, undefined, `cannot be read: ${error.message}`);
  }
  return new TraceError(file, lineAt(read, read.length), `gzip data is damaged: ${error.message}`);
}

/** Number of the line that byte `offset` lies in. */
export function lineAt(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(NEWLINE); at !== -1 && at < offset; ) {
    line += 1;
    at = bytes.indexOf(NEWLINE, at + 1);
  }
  return line;
}
