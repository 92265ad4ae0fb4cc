import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import {
  AccessEmitter,
  type GeneratedCode,
  generatedCode,
  type LoadType,
  type StoreType,
} from "../../src/emitter.ts";
import { PageFault, type Process } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { createMachine } from "../setup/machine.ts";
import { pick, randomFrom } from "../unit/random.ts";
import {
  type Accesses,
  accessModule,
  IMPORTED,
  LOAD_TYPES,
  STORE_TYPES,
  type Value,
} from "./module.ts";

const PAGE = 0x1000;
const PAGES = 12;
const STEPS = Number(process.env.STEPS ?? 4000);
const SEED = Number(process.env.SEED ?? 1);
const PROTECTIONS = [
  ...[PAGE_READWRITE, PAGE_READWRITE, PAGE_READWRITE, PAGE_READONLY, PAGE_EXECUTE_READ],
  ...[PAGE_NOACCESS, PAGE_READWRITE | PAGE_GUARD, PAGE_READONLY | PAGE_GUARD],
];
const WAYS = { call: { slow: "call", ...IMPORTED }, leave: { slow: "leave", depth: 0 } } as const;

const PLACES = [
  { profile: "win64", space: "translated", base: 0x7ff0_1234_0000 },
  { profile: "win32", space: "translated", base: 0x50000000 },
  { profile: "win32", space: "windowed", base: 0x50000000 },
  { profile: "win32-3g", space: "windowed", base: 0xb0000000 },
] as const;

/** What a load of the host gives, with the bits that generated code gives. */
function load(guest: Process, type: LoadType, address: number): Value {
  const { memory } = guest;
  switch (type) {
    case "u8":
      return memory.getUint8(address);
    case "i8":
      return memory.getInt8(address);
    case "u16":
      return memory.getUint16(address);
    case "i16":
      return memory.getInt16(address);
    case "u32":
      return memory.getInt32(address);
    case "u64":
      return memory.getBigInt64(address);
    case "f32":
      return memory.getFloat32(address);
    case "f64":
      return memory.getFloat64(address);
  }
}

function store(guest: Process, type: StoreType, address: number, value: Value): void {
  const { memory } = guest;
  if (type === "u64") memory.setBigInt64(address, value as bigint);
  else if (type === "f32") memory.setFloat32(address, value as number);
  else if (type === "f64") memory.setFloat64(address, value as number);
  else if (type === "u8") memory.setUint8(address, value as number);
  else if (type === "u16") memory.setUint16(address, value as number);
  else memory.setUint32(address, value as number);
}

/** The answer, or what was thrown. */
function outcome(access: () => Value): unknown {
  try {
    return access();
  } catch (error) {
    if (!(error instanceof PageFault)) throw error;
    return `${error.code.toString(16)} ${error.access} ${error.address.toString(16)}`;
  }
}

interface Side {
  guest: Process;
  load(type: LoadType, address: number): unknown;
  store(type: StoreType, address: number, value: Value): unknown;
}

function generated(guest: Process, code: GeneratedCode, accesses: Accesses): Side {
  const at = (address: number) => (code.pointerBytes === 8 ? BigInt(address) : address | 0);
  const run = (access: () => Value, instead: () => Value) => {
    return outcome(() => {
      code.enter();
      accesses.left.value = 0;
      const value = access();
      return accesses.left.value === 0 ? value : instead();
    });
  };
  return {
    guest,
    load: (type, address) => {
      return run(
        () => accesses.load(type, at(address)),
        () => load(guest, type, address),
      );
    },
    store: (type, address, value) => {
      return run(
        () => {
          accesses.store(type, at(address), value);
          return 0;
        },
        () => {
          store(guest, type, address, value);
          return 0;
        },
      );
    },
  };
}

function byHost(guest: Process): Side {
  return {
    guest,
    load: (type, address) => outcome(() => load(guest, type, address)),
    store: (type, address, value) => {
      return outcome(() => {
        store(guest, type, address, value);
        return 0;
      });
    },
  };
}

describe.each(PLACES)("$profile, $space", ({ profile, space, base }) => {
  async function guestOf(): Promise<Process> {
    const machine = await createMachine({ profile });
    const guest = machine.createProcess({ space });
    machine.createProcess({ space: "translated" });
    const type = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
    expect(kernel32(guest).VirtualAlloc(base, PAGES * PAGE, type, PAGE_READWRITE)).toBe(base);
    return guest;
  }

  test.each(["call", "leave"] as const)(
    "the sequence that may %s answers as the host does",
    async (way) => {
      const [one, other] = [await guestOf(), await guestOf()];
      const code = generatedCode(one);
      const accesses = accessModule(
        new AccessEmitter(code, WAYS[way]),
        code.imports,
        code.pointerBytes,
      );
      const sides = [generated(one, code, accesses), byHost(other)] as const;
      const random = randomFrom(SEED);
      let faults = 0;
      let straddles = 0;
      for (let step = 0; step < STEPS; step++) {
        const page = random(PAGES + 1);
        const offset = pick([0, 4, random(PAGE), PAGE - 1, PAGE - 2, PAGE - 4, PAGE - 7], random);
        const address = base + page * PAGE + offset - (random(40) === 0 ? PAGE : 0);
        if (random(12) === 0) {
          const protect = pick(PROTECTIONS, random);
          for (const { guest } of sides) {
            kernel32(guest).VirtualProtect(address, 1, protect, { value: 0 });
            if (step % 4 === 0) guest.forgetMaps();
          }
          continue;
        }
        let answers: unknown[];
        if (random(2) === 0) {
          const type = pick(LOAD_TYPES, random);
          answers = sides.map((side) => side.load(type, address));
        } else {
          const type = pick(STORE_TYPES, random);
          const number = random(2 ** 31) - 2 ** 30;
          const value = type === "u64" ? BigInt(number) * 0x1234567n : number;
          answers = sides.map((side) => side.store(type, address, value));
        }
        expect(answers[0], `seed ${SEED}, step ${step}`).toEqual(answers[1]);
        if (typeof answers[0] === "string") faults += 1;
        if (offset > PAGE - 8) straddles += 1;
      }
      for (let page = 0; page < PAGES; page++) {
        const bytes = sides.map(({ guest }) => guest.debugView.read(base + page * PAGE, PAGE));
        expect(bytes[0]).toEqual(bytes[1]);
      }
      const addresses = sides.map(({ guest }) => {
        const found = { value: [] as number[] };
        const count = { value: PAGES };
        kernel32(guest).GetWriteWatch(0, base, PAGES * PAGE, found, count, { value: 0 });
        return [count.value, ...found.value];
      });
      expect(addresses[0]).toEqual(addresses[1]);
      expect(faults).toBeGreaterThan(STEPS / 20);
      expect(straddles).toBeGreaterThan(STEPS / 20);
      for (const { guest } of sides) guest.verifySpace();
    },
  );

  test("an access that the maps allow asks nobody", async () => {
    const guest = await guestOf();
    const code = generatedCode(guest);
    let asked = 0;
    const counting = {
      ...code.imports,
      load: (address: bigint, sizeBytes: number) => {
        asked += 1;
        return code.imports.load(address, sizeBytes);
      },
      store: (address: bigint, sizeBytes: number, bits: bigint) => {
        asked += 1;
        code.imports.store(address, sizeBytes, bits);
      },
    };
    const accesses = accessModule(new AccessEmitter(code, WAYS.call), counting, code.pointerBytes);
    const at = code.pointerBytes === 8 ? BigInt(base) : base | 0;
    accesses.store("u32", at, 7);
    expect(asked).toBe(1);
    for (let index = 0; index < 10; index++) {
      accesses.store("u32", at, index);
      expect(accesses.load("u32", at)).toBe(index);
    }
    expect(asked).toBe(1);
    kernel32(guest).VirtualProtect(base, 1, PAGE_READONLY, { value: 0 });
    expect(accesses.load("u32", at)).toBe(9);
    expect(asked).toBe(2);
    kernel32(guest).VirtualFree(base, 0, MEM_RELEASE);
    expect(() => accesses.load("u32", at)).toThrow(PageFault);
  });
});

describe("the door", () => {
  test("refuses what is no contract, no slow path, no type, no local", async () => {
    const code = generatedCode((await createMachine()).createProcess());
    const wrong = (value: unknown) => value as never;
    expect(() => new AccessEmitter(wrong({ ...code, contract: 0 }), WAYS.leave)).toThrow(
      /contract 2/,
    );
    expect(() => new AccessEmitter(wrong(undefined), WAYS.leave)).toThrow(RangeError);
    expect(() => new AccessEmitter(code, wrong({ slow: "jump" }))).toThrow(/not "jump"/);
    expect(() => new AccessEmitter(code, wrong(undefined))).toThrow(TypeError);
    expect(() => new AccessEmitter(code, { slow: "leave", depth: -1 })).toThrow(/slow.depth/);
    expect(() => new AccessEmitter(code, { slow: "call", load: 0, store: 0.5 })).toThrow(
      /slow.store/,
    );
    const emitter = new AccessEmitter(code, WAYS.leave);
    const locals = { address: 0, entry: 1, value: 2 };
    expect(() => emitter.load(wrong("u128"), locals)).toThrow(/type must be one of u8/);
    expect(() => emitter.store(wrong("i8"), locals)).toThrow(/type must be one of u8, u16/);
    expect(() => emitter.load("u8", wrong({ address: 0, entry: 1 }))).toThrow(/locals.value/);
  });

  test("imports refuse other sizes, and a process that has ended", async () => {
    const guest = (await createMachine()).createProcess();
    const { imports } = generatedCode(guest);
    expect(() => imports.load(0n, 3)).toThrow(/sizeBytes must be 1, 2, 4 or 8, not 3/);
    const code = generatedCode(guest);
    guest.exit();
    expect(() => code.enter()).toThrow(/has ended/);
    expect(() => generatedCode(guest)).toThrow(/has ended/);
  });
});
