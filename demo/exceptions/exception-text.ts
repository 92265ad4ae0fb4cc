import type { ExceptionEnd } from "guardpage";
import type { LoggedException } from "../session/exception-log.ts";
import { accessText, pageText, withoutPrefix } from "../session/words.ts";

const ENDS: Readonly<Record<ExceptionEnd, string>> = {
  continued: "a handler went on",
  unwound: "a __try block took it",
  unhandled: "nobody handled it",
};

/** What became of an exception. */
export function endText({ end }: LoggedException): string {
  return end === undefined ? "handlers are being asked" : ENDS[end];
}

/** "write"; "" for what was no access. */
export function accessOf({ fault }: LoggedException): string {
  return fault === undefined ? "" : accessText(fault.access);
}

/** The page when handlers were asked: "READWRITE"; "" for what was no access. */
export function faultedPageText({ fault }: LoggedException): string {
  return fault === undefined ? "" : withoutPrefix(pageText(fault.page));
}
