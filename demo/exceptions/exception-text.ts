import type { Address, ExceptionEnd } from "guardpage";
import { MEM_COMMIT } from "guardpage/constants";
import type { LoggedException } from "../session/exception-log.ts";
import { accessText, protectionText, stateText, withoutPrefix } from "../session/words.ts";

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

/** What was accessed. */
export function addressOf({ fault }: LoggedException): Address | undefined {
  return fault?.address;
}

/** The page when handlers were asked: "READWRITE"; "RESERVE" or "FREE" without a protection. */
export function pageText({ fault }: LoggedException): string {
  if (fault === undefined) return "";
  const { state, protect } = fault.page;
  return withoutPrefix(state === MEM_COMMIT ? protectionText(protect) : stateText(state));
}
