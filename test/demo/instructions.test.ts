import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Decoder,
  type Instruction,
  MemorySizeExt,
  Mnemonic,
  OpKind,
  RegisterExt,
  RflagsBits,
} from "iced-x86";
import { beforeAll, describe, expect, test } from "vitest";
import { Flag } from "../../demo/cpu/flags.ts";
import { Register } from "../../demo/cpu/state.ts";
import { describeWith } from "../setup/tools.ts";
import { root } from "../setup/tree.ts";
import { type Answer, Emulated, FAULT } from "./emulated.ts";
import { type Case, casesOf, NAMES } from "./instruction-cases.ts";

/** `SEED=1000 CASES=10000 npx vitest run test/demo/instructions.test.ts` runs others. */
const SEED = Number(process.env.SEED ?? 1);
const CASES = Number(process.env.CASES ?? 40);

const hex = (bytes: Iterable<number>) => Buffer.from([...bytes]).toString("hex");

function answerOf(line: string): Answer {
  if (line === "fault") return FAULT;
  const words = line.split(" ");
  const [eflags = "", data = ""] = words.slice(-2);
  return { registers: words.slice(0, -2), eflags: Number.parseInt(eflags, 16), data };
}

const BITS_OF_FLAGS = [
  [RflagsBits.CF, Flag.carry],
  [RflagsBits.PF, Flag.parity],
  [RflagsBits.AF, Flag.auxiliary],
  [RflagsBits.ZF, Flag.zero],
  [RflagsBits.SF, Flag.sign],
  [RflagsBits.OF, Flag.overflow],
] as const;

const SHIFTS = [Mnemonic.Shl, Mnemonic.Sal, Mnemonic.Shr];

function operandBits({ op0Kind, op0Register, memorySize }: Instruction): number {
  const isRegister = op0Kind === OpKind.Register;
  const bytes = isRegister ? RegisterExt.size(op0Register) : MemorySizeExt.size(memorySize);
  return 8 * bytes;
}

/** Flags that Intel's manual calls undefined behind the first instruction. */
function undefinedFlags({ code, general }: Case): number {
  const instruction = new Decoder(32, Uint8Array.from(code), 0).decode();
  const { rflagsUndefined, mnemonic } = instruction;
  let undefinedBits = 0;
  for (const [bit, flag] of BITS_OF_FLAGS) {
    if ((rflagsUndefined & bit) !== 0) undefinedBits |= flag;
  }
  // The carry of a shift by more bits than there are, which the decoder says nothing of.
  const isByRegister = instruction.opCount === 2 && instruction.op1Kind === OpKind.Register;
  const count = isByRegister ? general[Register.ecx] : code.at(-1);
  const isLong = ((count as number) & 31) >= operandBits(instruction);
  if (SHIFTS.includes(mnemonic) && isLong) undefinedBits |= Flag.carry;
  return undefinedBits;
}

describe.runIf(process.arch === "x64")("on x86-64", () => {
  describeWith("gcc", "instructions on the processor", (gcc) => {
    const cases = casesOf(SEED, CASES);
    let answers: string[] = [];

    beforeAll(() => {
      const folder = mkdtempSync(join(tmpdir(), "guardpage-native-"));
      try {
        const native = join(folder, "native");
        execFileSync(gcc, ["-O1", "-o", native, `${root}/test/demo/native.c`]);
        const lines = cases.map(({ code, general, eflags }) => {
          const values = [...general.filter((_, index) => index !== Register.esp), eflags];
          return [hex(code), ...values.map((value) => value.toString(16))].join(" ");
        });
        const input = `${lines.join("\n")}\n`;
        const output = execFileSync(native, { input, encoding: "utf8", maxBuffer: 1 << 28 });
        answers = output.trimEnd().split("\n");
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    test.each([...new Set(cases.map(({ group }) => group))])("%s", async (group) => {
      const emulated = await Emulated.create();
      let compared = 0;
      for (const [index, one] of cases.entries()) {
        if (one.group !== group) continue;
        const mask = ~undefinedFlags(one);
        const [mine, theirs] = [emulated.run(one), answerOf(answers[index] ?? "")].map((answer) => {
          return { ...answer, eflags: answer.eflags & mask };
        });
        const values = NAMES.map((name, at) => `${name}=${one.general[at]?.toString(16)}`).join(
          " ",
        );
        const eflags = one.eflags.toString(16);
        const context = `seed ${SEED}: ${hex(one.code)} ${values} eflags=${eflags}`;
        expect(mine, context).toEqual(theirs);
        compared += 1;
      }
      expect(compared).toBeGreaterThanOrEqual(CASES);
    });
  });
});
