import { expect, test } from "vitest";
import { scenario } from "../../demo/scenarios/guest-cpu.tsx";
import type { Program } from "../../demo/scenarios/scenario.ts";
import type { Machine } from "../../src/index.ts";
import { createMachine } from "../setup/machine.ts";

const PRODUCT = 2478 * 1729;

async function begin(omits = false): Promise<{ machine: Machine; program: Program }> {
  const machine = await createMachine(scenario.machine);
  return { machine, program: await scenario.begin(machine, omits) };
}

/** The sentences of all steps that are left. */
function run(program: Program): string[] {
  const sentences: string[] = [];
  for (let said = program.step(); said !== undefined; said = program.step()) sentences.push(said);
  return sentences;
}

test("the program compiles, faults, has its page protected, exits with the product", async () => {
  const { program } = await begin();
  const sentences = run(program);
  const notable = sentences.filter((sentence) => /answered|raised|goes on|exits/.test(sentence));
  expect(notable).toEqual([
    "AddVectoredExceptionHandler answered 0x1.",
    "VirtualAlloc answered 0x120000.",
    "0x00120000 mov ecx, [esp+4] raised EXCEPTION_ACCESS_VIOLATION (8: execute 0x00120000). " +
      "The handler at 0x0040108c is called, with the registers on its stack.",
    "VirtualProtect answered 0x1.",
    "The handler goes on with the program, at 0x00120000.",
    `The program exits with ${PRODUCT}.`,
  ]);
  expect(program.outcome()).toEqual({
    isRight: true,
    sentence: `The code that it wrote has computed ${PRODUCT}, once its page was executable.`,
    facts: {
      "Exit code": PRODUCT,
      "Result in .data": PRODUCT,
      Exceptions: 1,
      "Page of the code": "PAGE_EXECUTE_READ",
      Instructions: 155,
    },
  });
});

test("without the handler the fault is the end", async () => {
  const { program } = await begin(true);
  expect(run(program).at(-1)).toMatch(
    /^0x00120000 mov .*: access violation executing 0x120000.* That is the end of the program\.$/,
  );
  const { isRight, sentence, facts } = program.outcome();
  expect(isRight).toBe(false);
  expect(sentence).toMatch(/^The program was ended: access violation executing 0x120000/);
  expect(facts).toMatchObject({ "Exit code": "none", "Page of the code": "PAGE_READWRITE" });
});

test("before its end the outcome is not the right one", async () => {
  const { program } = await begin();
  program.step();
  expect(program.outcome()).toMatchObject({
    isRight: false,
    sentence: "The program is not at its end.",
  });
});

test("each step can be taken back, into handlers too, and made again", async () => {
  const { machine, program } = await begin();
  const moments: { checkpoint: number; state: unknown; hash: string; said: string }[] = [];
  for (;;) {
    const hash = machine.hash();
    const checkpoint = machine.checkpoint();
    const state = structuredClone(program.state);
    const said = program.step();
    if (said === undefined) break;
    moments.push({ checkpoint, state, hash, said });
  }
  const end = { hash: machine.hash(), state: structuredClone(program.state) };
  const outcome = program.outcome();

  for (const { checkpoint, state, hash } of [...moments].reverse()) {
    machine.rewind(checkpoint);
    program.state = structuredClone(state);
    expect(machine.hash()).toBe(hash);
  }
  expect(run(program)).toEqual(moments.map(({ said }) => said));
  expect(machine.hash()).toBe(end.hash);
  expect(program.state).toEqual(end.state);
  expect(program.outcome()).toEqual(outcome);
});
