import type { Machine } from "./machine.ts";
import { isWide } from "./profile.ts";

/** Why the next process of the machine cannot be windowed; undefined where it can. */
export function whyNoWindow({
  profile,
  options,
  hasWindow,
  processes,
}: Machine): string | undefined {
  if (isWide(profile)) {
    return "space: a 64-bit process cannot be windowed, its addresses do not fit";
  }
  if (!options.window) return "space: this machine was made without a window";
  if (!hasWindow) return "space: linear memory could not be grown by a window";
  const holder = processes.find((process) => process.space === "windowed");
  return holder && `space: process ${holder.id} has the window`;
}
