import { type ComponentType, h } from "preact";
import type { Session } from "../session/session.ts";
import { RunView } from "./run-view.tsx";
import type { Scenario } from "./scenario.ts";

/** What can be chosen, in the order of the list. Each is fetched when it is opened. */
export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly load: () => Promise<ScenarioView>;
}

export type ScenarioView = ComponentType<{ readonly session: Session }>;

export const entries: readonly Entry[] = [
  {
    id: "commit-on-fault",
    title: "Reserve, then commit from a handler",
    load: stepped(() => import("./commit-on-fault.ts")),
  },
  {
    id: "guarded-stack",
    title: "A guarded stack grows, and overflows",
    load: stepped(() => import("./guarded-stack.tsx")),
  },
  {
    id: "image-copy-on-write",
    title: "Copy-on-write of a program's image",
    load: stepped(() => import("./image-copy-on-write.tsx")),
  },
  {
    id: "shared-section",
    title: "One section, seen from two processes",
    load: stepped(() => import("./shared-section.tsx")),
  },
  {
    id: "write-watch",
    title: "Write watch: draw anew only what was written",
    load: stepped(() => import("./write-watch.tsx")),
  },
  {
    id: "fragmentation",
    title: "Fragmentation: enough is free, but nowhere together",
    load: stepped(() => import("./fragmentation.ts")),
  },
];

/** The view of a scenario that goes by steps. */
function stepped(load: () => Promise<{ readonly scenario: Scenario }>): Entry["load"] {
  return async () => {
    const { scenario } = await load();
    return ({ session }) => h(RunView, { scenario, session });
  };
}
