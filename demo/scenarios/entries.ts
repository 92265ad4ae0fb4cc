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
];

/** The view of a scenario that goes by steps. */
function stepped(load: () => Promise<{ readonly scenario: Scenario }>): Entry["load"] {
  return async () => {
    const { scenario } = await load();
    return ({ session }) => h(RunView, { scenario, session });
  };
}
