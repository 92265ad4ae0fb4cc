import { expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { CountingMachine, PAGE } from "./counting-machine.ts";

const SIZE = 0x100000;
const MOST = 1000;

/** Steps of each call in the process that was entered. */
function calls(machine: CountingMachine) {
  let base = 0;
  const allocate = () => {
    base = machine.allocate(0, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  };
  return {
    allocate: machine.steps(allocate),
    query: machine.steps(() => machine.query(base + PAGE)),
    touch: machine.steps(() => machine.read(base + PAGE)),
    protect: machine.steps(() => machine.protect(base, PAGE, PAGE_READONLY)),
    decommit: machine.steps(() => machine.free(base, SIZE, MEM_DECOMMIT)),
    release: machine.steps(() => machine.free(base, 0, MEM_RELEASE)),
  };
}

test("a call costs the same, however many other processes there are", () => {
  const machine = new CountingMachine("win64");
  const first = machine.createProcess();
  machine.enter(first);
  // What the pools take from fresh memory is not zeroed: that is so the first time alone.
  calls(machine);
  const alone = calls(machine);
  for (let count = 2; count <= MOST; count++) {
    const space = machine.createProcess();
    machine.enter(space);
    machine.allocate(0, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (![10, 100, MOST].includes(count)) continue;
    machine.enter(first);
    calls(machine);
    expect(calls(machine), `${count} processes`).toEqual(alone);
  }
});

test("a process more costs one step for each that there is: its number is looked for", () => {
  const machine = new CountingMachine("win64");
  const create = () => machine.steps(() => machine.createProcess());
  create();
  const second = create();
  for (let count = 3; count < MOST; count++) create();
  // Now and then a pool grows as well.
  expect(create() - second).toBeLessThanOrEqual(MOST + 64);
});
