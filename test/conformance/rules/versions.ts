import { rulesOf } from "../support/rule-index.ts";

/** Versions of Windows NT, and what a system lacks. */
export const versionRules = rulesOf(`
17.1#12 | ?
  A function that a system lacks is there, and fails with 120 whatever its arguments are.
`);
