import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { parseTrace } from "../replay/parse.ts";
import { type Trace, TraceError } from "../replay/trace.ts";

const NEWLINE = 0x0a;

/**
 * Read a trace from a .jsonl or .jsonl.gz file; which of the two is told by the name.
 *
 * @throws TraceError where the file cannot be read, unpacked or understood
 */
export async function readTrace(file: string, profile?: string): Promise<Trace> {
  return parseTrace(decode(await readBytes(file), file), file, profile);
}

async function readBytes(file: string): Promise<Buffer> {
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

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new TraceError(file, lineAt(bytes, firstInvalid(bytes)), "not UTF-8 text");
  }
}

/** Number of the line that byte `offset` lies in. */
function lineAt(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(NEWLINE); at !== -1 && at < offset; ) {
    line += 1;
    at = bytes.indexOf(NEWLINE, at + 1);
  }
  return line;
}

/**
 * Where the first line begins that is not UTF-8 by itself; a newline byte never is a part of a
 * character.
 */
function firstInvalid(bytes: Buffer): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return end - 1;
    }
    start = end;
  }
  return start;
}
