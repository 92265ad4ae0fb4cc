import { type ComponentType, h } from "preact";
import { RunView } from "../scenarios/run-view.tsx";
import type { Scenario } from "../scenarios/scenario.ts";
import type { Session } from "../session/session.ts";
import { onDemand } from "../view/on-demand.tsx";

type EntryView = ComponentType<{ readonly session: Session }>;

/** What can be chosen, in the order of the list. Each is fetched when it is opened. */
export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly View: EntryView;
}

export const entries: readonly Entry[] = [
  {
    id: "commit-on-fault",
    title: "Reserve, then commit from a handler",
    View: stepped(() => import("../scenarios/commit-on-fault.ts")),
  },
  {
    id: "guarded-stack",
    title: "A guarded stack grows, and overflows",
    View: stepped(() => import("../scenarios/guarded-stack.tsx")),
  },
  {
    id: "image-copy-on-write",
    title: "Copy-on-write of a program's image",
    View: stepped(() => import("../scenarios/image-copy-on-write.tsx")),
  },
  {
    id: "shared-section",
    title: "One section, seen from two processes",
    View: stepped(() => import("../scenarios/shared-section.tsx")),
  },
  {
    id: "write-watch",
    title: "Write watch: draw anew only what was written",
    View: stepped(() => import("../scenarios/write-watch.tsx")),
  },
  {
    id: "fragmentation",
    title: "Fragmentation: enough is free, but nowhere together",
    View: stepped(() => import("../scenarios/fragmentation.ts")),
  },
  {
    id: "guest-cpu",
    title: "A program that writes its own code",
    View: stepped(() => import("../scenarios/guest-cpu.tsx")),
  },
  {
    id: "recorded-program",
    title: "A recorded program, as a film",
    View: onDemand(async () => (await import("../film/recorded-program.tsx")).RecordedProgram),
  },
  {
    id: "empty-machine",
    title: "An empty machine",
    View: onDemand(async () => (await import("../scenarios/empty-machine.tsx")).EmptyMachine),
  },
  {
    id: "own-file",
    title: "A file of your own",
    View: onDemand(async () => (await import("../film/own-file.tsx")).OwnFile),
  },
];

/** The view of a scenario that goes by steps. */
function stepped(load: () => Promise<{ readonly scenario: Scenario }>): EntryView {
  return onDemand(async () => {
    const { scenario } = await load();
    return ({ session }) => h(RunView, { scenario, session });
  });
}
