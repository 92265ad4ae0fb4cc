import { expect, test } from "vitest";
import { Emulator } from "../../demo/cpu/emulator.ts";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { createMachine } from "../setup/machine.ts";
import { EXECUTE, program, READ, WRITE } from "../setup/portable-executable.ts";
import { pick, randomFrom } from "../unit/random.ts";
import { ENTRY } from "./cpu-scene.ts";

/** `SEED=1000 STEPS=1000000 npx vitest run test/demo/hostile-code.test.ts` runs others. */
const SEED = Number(process.env.SEED ?? 1);
const STEPS = Number(process.env.STEPS ?? 6_000);

const CODE_BYTES = 0x4000;
/** The first region of a process that is at its start: the functions of the host. */
const GATE = 0x10000;
const GATE_FUNCTIONS = 6;
const SECRET = Uint8Array.from({ length: 0x100 }, (_, index) => index ^ 0xa5);

test(`random code stays in its process, seed ${SEED}`, async () => {
  const random = randomFrom(SEED);
  const machine = await createMachine({ profile: "win32" });
  const other = machine.createProcess();
  const secret = kernel32(other).VirtualAlloc(0, 1, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  other.memory.write(secret, SECRET);

  const contents = Uint8Array.from({ length: CODE_BYTES }, () => random(0x100));
  const section = { contents, characteristics: READ | WRITE | EXECUTE };
  const guest = machine.createProcess();
  const emulator = new Emulator(guest, program({ sections: [section] }));
  const start = structuredClone(emulator.state);
  const { base } = guest.mainThread.stack ?? { base: 0 };
  const places = [ENTRY, ENTRY + CODE_BYTES - 8, base - 0x100, 0, GATE, 0x7fff0000, 0xfffffffc];
  const endings = new Map<string, number>();

  const somewhere = () => (pick(places, random) + random(0x1000)) >>> 0;
  const begin = () => {
    emulator.state = structuredClone(start);
    const { cpu } = emulator.state;
    cpu.general = cpu.general.map(() => (random(2) === 0 ? somewhere() : random(0x100)));
    cpu.eip = ENTRY + random(CODE_BYTES);
    if (random(8) === 0) cpu.eip = GATE + 0x10 * random(GATE_FUNCTIONS);
    emulator.state.handlers = random(2) === 0 ? [] : [{ handle: 1, address: somewhere() }];
  };
  begin();
  for (let step = 0; step < STEPS; step += 1) {
    // Whatever else is thrown ends the test.
    emulator.step();
    const { ending } = emulator.state;
    if (ending === null) continue;
    endings.set(ending.kind, (endings.get(ending.kind) ?? 0) + 1);
    begin();
  }

  expect([...endings.keys()].sort()).toEqual(["exit", "unhandled", "unknown"]);
  expect(other.memory.read(secret, SECRET.length)).toEqual(SECRET);
  expect(other.counters.commitCharge).toBe(1);
  guest.verifySpace();
  other.verifySpace();
});
