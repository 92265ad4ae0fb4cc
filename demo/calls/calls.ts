import { accesses } from "./access-calls.ts";
import { physicalPages } from "./awe-calls.ts";
import type { Call, Theme } from "./call.ts";
import { enclaves } from "./enclave-calls.ts";
import { exceptions, stacks, system, workingSet } from "./process-calls.ts";
import { sections, views } from "./section-calls.ts";
import {
  allocation,
  lockAndOffer,
  otherProcesses,
  probes,
  protectionAndQuery,
  writeWatch,
} from "./virtual-calls.ts";

/** Every call that there is a form for. */
export const themes: readonly Theme[] = [
  allocation,
  protectionAndQuery,
  accesses,
  exceptions,
  sections,
  views,
  writeWatch,
  lockAndOffer,
  probes,
  otherProcesses,
  workingSet,
  stacks,
  system,
  physicalPages,
  enclaves,
];

const byName: ReadonlyMap<string, Call> = new Map(
  themes.flatMap(({ calls }) => calls.map((call) => [call.name, call] as const)),
);

export function callOf(name: string): Call | undefined {
  return byName.get(name);
}

/** The themes with the calls whose names have a text in them, however it is written. */
export function matching(search: string): readonly Theme[] {
  const wanted = search.trim().toLowerCase();
  return themes
    .map(({ title, calls }) => {
      const own = calls.filter(({ name }) => name.toLowerCase().includes(wanted));
      return { title, calls: own };
    })
    .filter(({ calls }) => calls.length > 0);
}
