import { rulesOf } from "../support/rule-index.ts";

/** Section 9, as far as it is about offers. */
export const offerRules = rulesOf(`
9#1 | doc ?
  Offering: whole pages of private memory, committed, READWRITE, at a priority of 1 to 4.
9#2 | doc
  Reclaiming: 0 where all content is there, 170 where some was dropped.
9#3 | doc ?
  Discarding: whole pages, committed, READWRITE and not locked; they are zeros then.
9#5 | ?
  Writes before an offer keep their marks.
`);
