import { Fields, type Json } from "./fields.ts";
import type { Quantity } from "./numbers.ts";
import { parseAnswer } from "./parse-answer.ts";
import { PROFILE_POINTER_BYTES, PROFILES, pointerBytesOf } from "./profiles.ts";
import { parseRecording } from "./recording/parse.ts";
import {
  type AccessBytes,
  type AnswerRow,
  type CallName,
  type InitialRow,
  MEMORY_INFORMATION_FIELDS,
  type MemoryInformation,
  type Trace,
  type TraceCall,
  TraceError,
} from "./trace.ts";

const NEW_PROCESS = "NewProcess";
const RECORDING_VERSION = 2;

/** A TraceProcess while its rows are read. */
interface OpenProcess {
  readonly initial: InitialRow[];
  readonly rows: AnswerRow[];
}

type ArgumentKind = "pointer" | "dword" | "bytes" | "qword";

const ARGUMENTS: Record<CallName, readonly (readonly [name: string, kind: ArgumentKind])[]> = {
  VirtualAlloc: [
    ["address", "pointer"],
    ["size", "pointer"],
    ["type", "dword"],
    ["protect", "dword"],
  ],
  VirtualFree: [
    ["address", "pointer"],
    ["size", "pointer"],
    ["type", "dword"],
  ],
  VirtualProtect: [
    ["address", "pointer"],
    ["size", "pointer"],
    ["protect", "dword"],
  ],
  VirtualQuery: [["address", "pointer"]],
  load: [
    ["address", "pointer"],
    ["bytes", "bytes"],
  ],
  store: [
    ["address", "pointer"],
    ["bytes", "bytes"],
    ["value", "qword"],
  ],
  execute: [["address", "pointer"]],
  GetWriteWatch: [
    ["flags", "dword"],
    ["address", "pointer"],
    ["size", "pointer"],
    ["capacity", "pointer"],
  ],
  ResetWriteWatch: [
    ["address", "pointer"],
    ["size", "pointer"],
  ],
  CreateFileMapping: [
    ["size", "qword"],
    ["protect", "dword"],
  ],
  MapViewOfFileEx: [
    ["handle", "pointer"],
    ["access", "dword"],
    ["offset", "qword"],
    ["size", "pointer"],
    ["address", "pointer"],
  ],
  UnmapViewOfFile: [["address", "pointer"]],
};

/**
 * Read a whole trace; nothing of it is believed before it was looked at.
 *
 * @param file name of the file, for messages
 * @param profile profile to use instead of the header's
 * @throws TraceError with the line of the first row that is wrong
 */
export function parseTrace(text: string, file: string, profile?: string): Trace {
  const lines = text.split("\n");
  if (lines.at(-1) === "") {
    lines.pop();
  }
  const [first, ...rest] = lines;
  if (first === undefined) {
    throw new TraceError(file, 1, "the file is empty; its first line must be a header");
  }
  const header = parseLine(first, file, 1);
  if (header.trace === RECORDING_VERSION) return readRecording(header, rest, file, profile);
  const chosen = parseHeader(header, file, profile);
  const pointerBytes = pointerBytesOf(chosen);
  let process: OpenProcess = { initial: [], rows: [] };
  const processes = [process];
  let answers = 0;
  rest.forEach((content, index) => {
    const line = index + 2;
    const object = parseLine(content, file, line);
    const fields = new Fields(object, file, line, pointerBytes);
    if (object.call !== undefined && object.initial !== undefined) {
      fields.fail('a row has either "call" or "initial", not both');
    }
    if (object.call === NEW_PROCESS) {
      process = { initial: [], rows: [] };
      processes.push(process);
    } else if (object.initial !== undefined) {
      if (process.rows.length > 0) {
        fields.fail("an initial row after a call: it must come before");
      }
      process.initial.push({ line, information: parseInitial(fields.child("initial")) });
    } else {
      answers += object.call === undefined ? 0 : 1;
      process.rows.push(parseAnswerRow(fields, line));
    }
  });
  return { file, profile: chosen, source: sourceOf(header, file), processes, answers };
}

function readRecording(
  header: Json,
  lines: readonly string[],
  file: string,
  chosen: string | undefined,
): Trace {
  const { profile } = header;
  if (typeof profile !== "string") {
    throw new TraceError(file, 1, 'the header names no profile ("profile" must be a string)');
  }
  if (chosen !== undefined && chosen !== profile) {
    throw new TraceError(file, 1, `a recording replays on its own profile, "${profile}"`);
  }
  const rows = lines.map((content, index) => parseLine(content, file, index + 2));
  const recording = parseRecording(header, rows, file);
  const source = sourceOf(header, file);
  return { file, profile, source, processes: [], answers: recording.answers, recording };
}

function sourceOf({ source }: Json, file: string): string | undefined {
  if (source === undefined || typeof source === "string") return source;
  throw new TraceError(file, 1, 'the header\'s "source" must be text');
}

function parseLine(text: string, file: string, line: number): Json {
  if (text.trim() === "") {
    throw new TraceError(file, line, "an empty line where a row should be");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new TraceError(file, line, `not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TraceError(file, line, "a row must be a JSON object");
  }
  return value as Json;
}

function parseHeader(header: Json, file: string, profile: string | undefined): string {
  if (!("trace" in header)) {
    throw new TraceError(file, 1, 'no header: the first line must have "trace" and "profile"');
  }
  if (header.trace !== 1) {
    const version = JSON.stringify(header.trace);
    throw new TraceError(file, 1, `trace version ${version} is not known, only 1 and 2 are`);
  }
  if (typeof header.profile !== "string") {
    throw new TraceError(file, 1, 'the header names no profile ("profile" must be a string)');
  }
  const chosen = profile ?? header.profile;
  if (!PROFILE_POINTER_BYTES.has(chosen)) {
    const known = PROFILES.join(", ");
    throw new TraceError(file, 1, `unknown profile "${chosen}" in the header (known: ${known})`);
  }
  return chosen;
}

function parseAnswerRow(fields: Fields, line: number): AnswerRow {
  const { object } = fields;
  const name = object.call;
  if (name === undefined) {
    fields.fail('a row must have "call" or "initial"');
  }
  if (typeof name !== "string" || name === "") {
    fields.fail('"call" must be the name of a function');
  }
  const { call: _call, args, thread, ...expected } = object;
  if (thread !== undefined && !Number.isSafeInteger(thread)) {
    fields.fail('"thread" must be a number');
  }
  if (!Array.isArray(args)) {
    fields.fail(`${name} has no "args"`);
  }
  if (!Object.hasOwn(ARGUMENTS, name)) {
    return { kind: "notBuilt", line, name, args, expected };
  }
  const call = parseCall(fields, name as CallName, args);
  return { kind: "call", line, call, expected: parseAnswer(fields, call.name) };
}

function parseCall(fields: Fields, name: CallName, args: readonly unknown[]): TraceCall {
  const parameters = ARGUMENTS[name];
  if (args.length !== parameters.length) {
    const wanted = parameters.map(([parameter]) => parameter).join(", ");
    fields.fail(`${name} takes ${parameters.length} arguments (${wanted}), not ${args.length}`);
  }
  const values = parameters.map(([parameter, kind], index) =>
    parseArgument(fields, kind, args[index], `${name}: ${parameter}`),
  );
  return { name, args: values } as unknown as TraceCall;
}

function parseArgument(
  fields: Fields,
  kind: ArgumentKind,
  value: unknown,
  label: string,
): Quantity | AccessBytes {
  switch (kind) {
    case "pointer":
      return fields.pointer(value, label);
    case "dword":
      return fields.dword(value, label);
    case "qword":
      return fields.qword(value, label);
    case "bytes": {
      const bytes = fields.dword(value, label);
      if (bytes !== 1 && bytes !== 2 && bytes !== 4 && bytes !== 8) {
        fields.fail(`${label}: an access has 1, 2, 4 or 8 bytes, not ${bytes}`);
      }
      return bytes;
    }
  }
}

function parseInitial(fields: Fields): MemoryInformation {
  const information = {} as MemoryInformation;
  for (const field of MEMORY_INFORMATION_FIELDS) {
    information[field] = Number(fields.pointer(fields.object[field], `initial: ${field}`));
  }
  return information;
}
