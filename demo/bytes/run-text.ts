import { MEM_RESERVE, PAGE_GUARD, PAGE_NOACCESS } from "guardpage/constants";
import { isCommitted, isFree, type Run } from "../session/runs.ts";
import {
  addressText,
  protectionText,
  sizeText,
  typeText,
  withoutPrefix,
} from "../session/words.ts";

/** What a run of pages is: "64 KB READWRITE | GUARD, PRIVATE". */
export function runText(run: Run): string {
  const size = sizeText(run.end - run.start);
  if (isFree(run)) return `${size} free`;
  const type = withoutPrefix(typeText(run.type));
  if (run.state === MEM_RESERVE) return `${size} reserved, not committed, ${type}`;
  return `${size} ${withoutPrefix(protectionText(run.protect))}, ${type}`;
}

/** What is to be known of its protection by who sees its bytes; "" if nothing is. */
export function protectionNote(run: Run): string {
  if (!isCommitted(run)) return "";
  const { protect } = run;
  if ((protect & PAGE_GUARD) !== 0) return "looking keeps the guard";
  return (protect & PAGE_NOACCESS) !== 0 ? "only a debugger sees these" : "";
}

/** Why a byte could not be written. */
export function refusalText(address: number, run: Run | undefined, highest: number): string {
  const place = addressText(address, highest);
  if (run === undefined) return `${place} is outside of what programs can use.`;
  if (isFree(run)) return `${place} is free: there is no byte to change.`;
  if (!isCommitted(run)) return `${place} is reserved, not committed: there is no byte to change.`;
  return `${place} was not written: no physical page is left for it.`;
}
