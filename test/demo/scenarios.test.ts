import { Machine } from "guardpage";
import { describe, expect, test } from "vitest";
import { entries } from "../../demo/page/entries.ts";
import { scenario as commitOnFault } from "../../demo/scenarios/commit-on-fault.ts";
import { scenario as fragmentation } from "../../demo/scenarios/fragmentation.ts";
import { scenario as guardedStack } from "../../demo/scenarios/guarded-stack.tsx";
import { scenario as imageCopyOnWrite } from "../../demo/scenarios/image-copy-on-write.tsx";
import { Run } from "../../demo/scenarios/run.ts";
import type { Outcome, Scenario } from "../../demo/scenarios/scenario.ts";
import { scenario as sharedSection } from "../../demo/scenarios/shared-section.tsx";
import { scenario as writeWatch } from "../../demo/scenarios/write-watch.tsx";
import { Session } from "../../demo/session/session.ts";

interface Ending {
  readonly steps: number;
  readonly sentence: string;
  readonly facts: Outcome["facts"];
}

interface Expectation {
  readonly scenario: Scenario;
  readonly whole: Ending;
  /** Without what it needs. */
  readonly omitting: Ending;
}

const expectations: readonly Expectation[] = [
  {
    scenario: commitOnFault,
    whole: {
      steps: 22,
      sentence: "22 pages were written, and just these are committed.",
      facts: { "Faults handled": 22, "Pages committed": 22 },
    },
    omitting: {
      steps: 1,
      sentence: "The program ended at page 0: nobody committed it.",
      facts: { "Faults handled": 0, "Pages committed": 0 },
    },
  },
  {
    scenario: guardedStack,
    whole: {
      steps: 28,
      sentence:
        "The overflow came after 17 calls and was caught; then count ran to its end on the same " +
        "stack, behind a new guard.",
      facts: {
        "Calls until the overflow": 17,
        "Calls that returned": 8,
        StackLimit: "0x19000",
        "Guard page": "0x18000",
      },
    },
    omitting: {
      steps: 18,
      sentence: "Nobody caught the overflow after 17 calls: Windows ends the process now.",
      facts: {
        "Calls until the overflow": 17,
        "Calls that returned": 0,
        StackLimit: "0x11000",
        "Guard page": "none",
      },
    },
  },
  {
    scenario: imageCopyOnWrite,
    whole: {
      steps: 8,
      sentence: "Process 4 has its own .data and .text; process 8 and the file have what they had.",
      facts: {
        "Number in process 4": 43,
        "Number in process 8": 42,
        "Processes sharing .data": 1,
        "File changed": "no",
      },
    },
    omitting: {
      steps: 8,
      sentence:
        "Process 8 reads 43, which process 4 wrote: a shared .data is one memory for all who run " +
        "the program.",
      facts: {
        "Number in process 4": 43,
        "Number in process 8": 43,
        "Processes sharing .data": 2,
        "File changed": "no",
      },
    },
  },
  {
    scenario: sharedSection,
    whole: {
      steps: 18,
      sentence:
        'Process 8 has read "one memory, seen from two processes" from the pages that process 4 ' +
        "wrote to.",
      facts: {
        "Messages read": 6,
        "Pages charged": 17,
        "Writer's view": "0x10000",
        "Reader's view": "0x30000000",
        "Write to a read-only view": "EXCEPTION_ACCESS_VIOLATION",
      },
    },
    omitting: {
      steps: 18,
      sentence:
        "Process 8 has read 0 of 6 messages: it looks at a section of its own, full of zeros.",
      facts: {
        "Messages read": 0,
        "Pages charged": 34,
        "Writer's view": "0x10000",
        "Reader's view": "0x30000000",
        "Write to a read-only view": "EXCEPTION_ACCESS_VIOLATION",
      },
    },
  },
  {
    scenario: writeWatch,
    whole: {
      steps: 32,
      sentence:
        "The screen shows what was drawn, pixel for pixel, and 80 pages were copied for it " +
        "instead of 1024.",
      facts: {
        Frames: 16,
        "Pages copied": 80,
        "Pages of full copies": 1024,
        "Pictures are equal": "yes",
      },
    },
    omitting: {
      steps: 32,
      sentence:
        "The screen does not show what was drawn: without MEM_WRITE_WATCH, GetWriteWatch answers " +
        "0xffffffff, and the last error is ERROR_INVALID_PARAMETER (87).",
      facts: {
        Frames: 16,
        "Pages copied": 0,
        "Pages of full copies": 1024,
        "Pictures are equal": "no",
      },
    },
  },
  {
    scenario: fragmentation,
    whole: {
      steps: 51,
      sentence:
        "Half of the space was free, and 64 MB had no room until neighbours were released; then " +
        "they went to 0x10000.",
      facts: { "Blocks held": 990, Free: "994 MB", "Largest gap": "3 MB", Regions: 992 },
    },
    omitting: {
      steps: 51,
      sentence: "1.03 GB are free, and 64 MB have no room: the largest gap has 3.06 MB.",
      facts: { "Blocks held": 990, Free: "1.03 GB", "Largest gap": "3.06 MB", Regions: 991 },
    },
  },
];

async function begin(scenario: Scenario, omits: boolean): Promise<Run> {
  const machine = await Machine.create();
  machine.createProcess();
  const run = await Run.begin(scenario, new Session(machine), omits);
  run.show();
  return run;
}

/** Hash and sentence after each step that is left, those of now first. */
function stepToEnd(run: Run): string[] {
  const trail = [trace(run)];
  while (!run.isAtEnd.value) {
    run.step();
    trail.push(trace(run));
  }
  return trail;
}

function trace(run: Run): string {
  return `${run.position.value} ${run.hash} ${run.sentence.value}`;
}

function ending(run: Run): Ending & { readonly isRight: boolean } {
  return { steps: run.position.value, ...run.program.outcome() };
}

describe.each(expectations)("$scenario.title", ({ scenario, whole, omitting }) => {
  test("goes to its end, back to its start, and to the same end again", async () => {
    for (const omits of [false, true]) {
      const run = await begin(scenario, omits);
      const trail = stepToEnd(run);
      for (const before of trail.slice(0, -1).reverse()) {
        run.back();
        expect(trace(run)).toBe(before);
      }
      expect(stepToEnd(run)).toEqual(trail);
      run.restart();
      expect(trace(run)).toBe(trail[0]);
      expect(stepToEnd(run)).toEqual(trail);
    }
  });

  test("comes to what it should", async () => {
    const run = await begin(scenario, false);
    stepToEnd(run);
    expect(ending(run)).toEqual({ isRight: true, ...whole });
  });

  test(`says what went wrong without ${scenario.omission}`, async () => {
    const run = await begin(scenario, true);
    stepToEnd(run);
    expect(ending(run)).toEqual({ isRight: false, ...omitting });
  });

  test("says how it ended without a trace", async () => {
    for (const omits of [false, true]) {
      const run = await begin(scenario, omits);
      stepToEnd(run);
      const { hash } = run;
      run.program.outcome();
      expect(run.hash).toBe(hash);
    }
  });

  test("is in the list under its title", () => {
    const { id, title } = scenario;
    expect(entries.filter((entry) => entry.id === id)).toMatchObject([{ title }]);
  });
});
