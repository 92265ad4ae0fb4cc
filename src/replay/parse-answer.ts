import type { Fields } from "./fields.ts";
import { hex } from "./numbers.ts";
import {
  type Answer,
  type CallName,
  type ExceptionText,
  MEMORY_INFORMATION_FIELDS,
  type MemoryInformationText,
} from "./trace.ts";

/** The answer of a row, with every number in its one normal form. */
export function parseAnswer(fields: Fields, name: CallName): Answer {
  switch (name) {
    case "VirtualAlloc":
    case "MapViewOfFileEx":
      return parseAddress(fields, name);
    case "CreateFileMapping":
      return parseHandle(fields);
    case "VirtualFree":
    case "UnmapViewOfFile":
      return parseBool(fields, name);
    case "VirtualProtect":
      return parseProtected(fields);
    case "VirtualQuery":
      return parseQueried(fields);
    case "load":
      return parseLoaded(fields);
    case "store":
    case "execute":
      return parseException(fields);
    case "GetWriteWatch":
      return parseWatched(fields);
    case "ResetWriteWatch":
      return parseWatchReturn(fields, name);
  }
}

/** Failed calls have a last error, others have none: one without the other is half a row. */
function parseLastError(fields: Fields, name: CallName, failed: Failed): Pick<Answer, "lastError"> {
  const { lastError } = fields.object;
  if (failed === "succeeded") {
    if (lastError !== undefined) {
      fields.fail(`${name}: "lastError" beside a "return" that means success`);
    }
    return {};
  }
  if (typeof lastError !== "number" || !Number.isInteger(lastError) || lastError < 0) {
    fields.fail(`${name}: failed, but "lastError" is not a number`);
  }
  return { lastError };
}

type Failed = "failed" | "succeeded";

function parseAddress(fields: Fields, name: CallName): Answer {
  const base = fields.pointer(fields.object.return, `${name}: return`);
  const failed = base === 0 ? "failed" : "succeeded";
  return { return: hex(base), ...parseLastError(fields, name, failed) };
}

/** A handle that was made may be 0x0; only the last error says that there is none (17.20). */
function parseHandle(fields: Fields): Answer {
  const handle = fields.pointer(fields.object.return, "CreateFileMapping: return");
  const isMade = handle !== 0 || fields.object.lastError === undefined;
  const failed = isMade ? "succeeded" : "failed";
  return { return: hex(handle), ...parseLastError(fields, "CreateFileMapping", failed) };
}

function parseBool(fields: Fields, name: CallName): Answer {
  const result = fields.object.return;
  if (result !== 0 && result !== 1) {
    fields.fail(`${name}: "return" must be 1 or 0`);
  }
  const failed = result === 0 ? "failed" : "succeeded";
  return { return: result, ...parseLastError(fields, name, failed) };
}

function parseProtected(fields: Fields): Answer {
  const answer = parseBool(fields, "VirtualProtect");
  if (answer.return === 0) {
    return answer;
  }
  const old = fields.dword(fields.object.oldProtect, "VirtualProtect: oldProtect");
  return { ...answer, oldProtect: hex(old) };
}

function parseQueried(fields: Fields): Answer {
  const result = fields.object.return;
  if (result === 0 || result === "0x0") {
    return { return: 0, ...parseLastError(fields, "VirtualQuery", "failed") };
  }
  const structure = fields.child("return");
  const text = {} as MemoryInformationText;
  for (const field of MEMORY_INFORMATION_FIELDS) {
    text[field] = hex(structure.pointer(structure.object[field], `VirtualQuery: ${field}`));
  }
  return { return: text, ...parseLastError(fields, "VirtualQuery", "succeeded") };
}

function parseLoaded(fields: Fields): Answer {
  const { value, exception } = fields.object;
  if ((value === undefined) === (exception === undefined)) {
    fields.fail('load: either "value" or "exception" must be there');
  }
  return value === undefined
    ? parseException(fields)
    : { value: hex(fields.qword(value, "load: value")) };
}

function parseException(fields: Fields): Answer {
  if (fields.object.exception === undefined) {
    return {};
  }
  const record = fields.child("exception");
  const { ExceptionCode, ExceptionInformation } = record.object;
  if (!Array.isArray(ExceptionInformation)) {
    fields.fail("exception: ExceptionInformation must be an array");
  }
  const exception: ExceptionText = {
    ExceptionCode: hex(record.dword(ExceptionCode, "exception: ExceptionCode")),
    ExceptionInformation: ExceptionInformation.map((value) =>
      hex(record.qword(value, "exception: ExceptionInformation")),
    ),
  };
  return { exception };
}

function parseWatchReturn(fields: Fields, name: CallName): Answer {
  const result = fields.object.return;
  if (result === 0 || result === "0x0") {
    return { return: 0, ...parseLastError(fields, name, "succeeded") };
  }
  if (result !== "0xffffffff") {
    fields.fail(`${name}: "return" must be 0 or "0xffffffff"`);
  }
  return { return: result, ...parseLastError(fields, name, "failed") };
}

function parseWatched(fields: Fields): Answer {
  const answer = parseWatchReturn(fields, "GetWriteWatch");
  if (answer.return !== 0) {
    return answer;
  }
  const { pages, granularity } = fields.object;
  if (!Array.isArray(pages)) {
    fields.fail('GetWriteWatch: "pages" must be an array');
  }
  return {
    ...answer,
    pages: pages.map((page) => hex(fields.pointer(page, "GetWriteWatch: pages"))),
    granularity: hex(fields.pointer(granularity, "GetWriteWatch: granularity")),
  };
}
