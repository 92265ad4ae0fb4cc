import { type ComponentType, h } from "preact";
import { RunView } from "../scenarios/run-view.tsx";
import type { Scenario } from "../scenarios/scenario.ts";
import type { Session } from "../session/session.ts";

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
    load: stepped(() => import("../scenarios/commit-on-fault.ts")),
  },
  {
    id: "guarded-stack",
    title: "A guarded stack grows, and overflows",
    load: stepped(() => import("../scenarios/guarded-stack.tsx")),
  },
  {
    id: "image-copy-on-write",
    title: "Copy-on-write of a program's image",
    load: stepped(() => import("../scenarios/image-copy-on-write.tsx")),
  },
  {
    id: "shared-section",
    title: "One section, seen from two processes",
    load: stepped(() => import("../scenarios/shared-section.tsx")),
  },
  {
    id: "write-watch",
    title: "Write watch: draw anew only what was written",
    load: stepped(() => import("../scenarios/write-watch.tsx")),
  },
  {
    id: "fragmentation",
    title: "Fragmentation: enough is free, but nowhere together",
    load: stepped(() => import("../scenarios/fragmentation.ts")),
  },
  {
    id: "guest-cpu",
    title: "A program that writes its own code",
    load: stepped(() => import("../scenarios/guest-cpu.tsx")),
  },
  {
    id: "recorded-program",
    title: "A recorded program, as a film",
    load: async () => (await import("../film/recorded-program.tsx")).RecordedProgram,
  },
  {
    id: "empty-machine",
    title: "An empty machine",
    load: async () => (await import("../scenarios/empty-machine.tsx")).EmptyMachine,
  },
  {
    id: "own-file",
    title: "A file of your own",
    load: async () => (await import("../film/own-file.tsx")).OwnFile,
  },
];

/** The view of a scenario that goes by steps. */
function stepped(load: () => Promise<{ readonly scenario: Scenario }>): Entry["load"] {
  return async () => {
    const { scenario } = await load();
    return ({ session }) => h(RunView, { scenario, session });
  };
}
