import { parseTrace } from "../replay/parse.ts";
import { type Trace, TraceError } from "../replay/trace.ts";
import { lineAt, readBytes } from "./read-bytes.ts";

const NEWLINE = 0x0a;

/**
 * Read a trace from a .jsonl or .jsonl.gz file; which of the two is told by the name.
 *
 * @throws TraceError where the file cannot be read, unpacked or understood
 */
export async function readTrace(file: string, profile?: string): Promise<Trace> {
  return traceOf(await readBytes(file), file, profile);
}

/** The trace in the bytes of a file. @throws TraceError where they cannot be understood */
export function traceOf(bytes: Buffer, file: string, profile?: string): Trace {
  return parseTrace(decode(bytes, file), file, profile);
}

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new TraceError(file, lineAt(bytes, firstInvalid(bytes)), "not UTF-8 text");
  }
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
