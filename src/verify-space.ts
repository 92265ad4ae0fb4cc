import { hex } from "./names.ts";
import type { Process } from "./process.ts";

/** What `verifySpace` of a process does. */
export function verifySpace({ id, core, spaceNumber }: Process): void {
  const rule = core.verifySpace(spaceNumber);
  if (rule === 0) return;
  const page = hex(core.view.wideResult(0));
  throw new Error(`process ${id}: rule ${rule} between the maps is broken at page ${page}`);
}
