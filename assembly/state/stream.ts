import { HASH, STATE } from "../base/layout";

/**
 * How far saving, or loading, a state has come. Saving goes in steps, of which each leaves one
 * record in the transfer area, so that no buffer is as large as the state.
 *
 *      0        4        8        12       16       20       24       28       32
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     | target | bytes  | record | keeps  | phase  | number | step   | link   |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     | page            | last            | end             | first  | tail   |
 *     +-----------------+-----------------+--------+--------+--------+--------+
 *     | wanted | used   | window | part   |
 *     +--------+--------+--------+--------+
 *     | residentPeak    | chargePeak      | charge          | total           |
 *     +--------+--------+-----------------+-----------------+-----------------+
 *     |contents|
 *     +--------+
 *
 *     target, bytes  where records go, and how many bytes of them are there
 *     record         where the last one begins;  keeps: 0 where the hash is all that is wanted
 *     phase, number  kind of object that is saved, and its number; for a section, its record
 *     part, step     what of it, and of its pages, comes next
 *     link           the thread, frame or other small part of it that came last
 *     page           where its next pages begin
 *     last, end      pages of the last record of facts, whose contents follow it: [last, end)
 *     first, tail    first and last section in the order of their ranks (state/rank); of loading,
 *                    the last page of the list of recent ones (state/load-space)
 *     wanted         1 + the slot of the page store that the host was asked for, or 0; when it is
 *                    asked for again, the page is in the staging area
 *     used           of loading: frames that were used in the present period have begun
 *     window         of loading: the space that gets the window, or 0
 *     residentPeak, chargePeak, charge   of loading: what the space and the machine are to have
 *     contents       not 0: what the pages of that record hold has to be saved
 *     total          bytes of all records that were saved
 */
@unmanaged
@final
export class Stream {
  target: u32;
  bytes: u32;
  record: u32;
  keeps: u32;
  phase: u32;
  number: u32;
  step: u32;
  link: u32;
  page: u64;
  last: u64;
  end: u64;
  first: u32;
  tail: u32;
  wanted: u32;
  used: u32;
  window: u32;
  part: u32;
  residentPeak: u64;
  chargePeak: u64;
  charge: u64;
  total: u64;
  contents: u32;
}

if (STATE + offsetof<Stream>() > HASH) ERROR("STATE runs into HASH");

export function stream(): Stream {
  return changetype<Stream>(STATE);
}

/** Nothing was saved or loaded yet; records go to, or come from, `target`. */
export function streamBegin(target: u32): void {
  memory.fill(STATE, 0, offsetof<Stream>());
  stream().target = target;
}

/** What a step came to: nothing was left; a record was made; the host has to bring a page. */
export const STEP_LAST: u32 = 0;
export const STEP_MADE: u32 = 1;
export const STEP_ASKS: u32 = 2;
