/** What the page says at the end of each scenario, and without what it needs; by its id. */
export const OUTCOMES = {
  "commit-on-fault": ["22 pages were written", "The program ended at page 0"],
  "guarded-stack": ["The overflow came after 17 calls", "Nobody caught the overflow"],
  "image-copy-on-write": ["has its own .data and .text", "Process 8 reads 43"],
  "shared-section": ["one memory, seen from two processes", "has read 0 of 6 messages"],
  "write-watch": ["80 pages were copied", "The screen does not show what was drawn"],
  fragmentation: ["Half of the space was free", "64 MB have no room"],
  "guest-cpu": ["The code that it wrote has computed", "The program was ended"],
  "recorded-program": [
    "All 6,933 calls answered as they did when recorded",
    "calls answered otherwise",
  ],
} as const satisfies Readonly<Record<string, readonly [rightly: string, wrongly: string]>>;

export type ScenarioId = keyof typeof OUTCOMES;

export const SCENARIOS = Object.keys(OUTCOMES) as readonly ScenarioId[];

/** Those that go by steps, which is all but the film. */
export const STEPPED = SCENARIOS.filter((id) => id !== "recorded-program");
