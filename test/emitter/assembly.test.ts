import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { generatedCode } from "../../src/emitter.ts";
import { PageFault } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import type { CoreExports } from "../../src/wasm/exports.ts";
import { bareCore, createMachine } from "../setup/machine.ts";
import { root } from "../setup/tree.ts";
import { readModuleText } from "../setup/wasm-text.ts";
import { pick, randomFrom } from "../unit/random.ts";
import { ACCESSORS, everyAccessor, OPTIONS, UserFolder } from "./assembly-program.ts";

const PAGE = 0x1000;
const PAGES = 12;
const BASE = 0x50000000;
const WINDOW_SWITCH = 0x1000;
const CONTEXT_RECORD_BYTES = 0x20;
const PROTECTIONS = [0x04, 0x04, 0x04, 0x02, 0x20, 0x01, 0x104, 0x102];
const STEPS = Number(process.env.STEPS ?? 6000);
const SEED = Number(process.env.SEED ?? 1);
const SMALLEST_BYTES = 400;

type Access = (context: number, address: number | bigint, value?: number | bigint) => unknown;
type AccessTable = Record<string, Access>;

const folder = new UserFolder();
let program: { bytes: Uint8Array<ArrayBuffer>; text: string };
beforeAll(() => {
  program = folder.compile(everyAccessor());
});
afterAll(() => folder.remove());

function instantiate(bytes: Uint8Array<ArrayBuffer>, imports: object): AccessTable {
  const module = new WebAssembly.Module(bytes);
  const instance = new WebAssembly.Instance(module, imports as WebAssembly.Imports);
  return instance.exports as unknown as AccessTable;
}

describe("the accessors of guardpage/assembly", () => {
  test("stand in line, with one call: the slow one", () => {
    const { exported, calls } = readModuleText(program.text);
    expect([...exported.keys()].toSorted()).toEqual(ACCESSORS.toSorted());
    for (const name of ACCESSORS) {
      const slow = /load/i.test(name) ? "loadSlow" : "storeSlow";
      const called = calls.get(exported.get(name) ?? "") ?? [];
      expect([name, called.map((way) => way.split("/").at(-1))]).toEqual([name, [slow]]);
    }
    // Nothing else was compiled with them.
    expect(calls.size).toBe(exported.size);
  });

  test("are exported by the core too, all of them", () => {
    const core = bareCore() as unknown as Record<string, unknown>;
    expect(ACCESSORS.filter((name) => typeof core[name] !== "function")).toEqual([]);
  });

  test("bring nothing else into a program", () => {
    const { bytes } = folder.compile(
      'import { loadU32 } from "guardpage/assembly";\n' +
        "export function get(c: u32, a: u64): u32 { return loadU32(c, a); }\n",
    );
    expect(bytes.length).toBeLessThan(SMALLEST_BYTES);
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
    const names = imports.map(({ module, name }) => `${module}.${name}`);
    expect(names.toSorted()).toEqual(["env.memory", "guardpage.loadSlow"]);
  });

  test("static data of a program lies where the core has none", () => {
    const { text } = folder.compile(
      'import { EMBEDDER, WINDOW } from "guardpage/assembly";\n' +
        "const table: StaticArray<u32> = [1, 2, 3];\n" +
        "export function get(i: u32): u32 { return table[i]; }\n" +
        "export function base(): u32 { return EMBEDDER; }\n" +
        "export function end(): u32 { return WINDOW; }\n",
    );
    const places = [...text.matchAll(/\(data \S+ \(i32\.const (\d+)\)/g)].map(([, at]) =>
      Number(at),
    );
    const { get, base, end } = instantiate(folder.read("program.wasm"), {
      env: { memory: bareCore().memory },
    }) as Record<string, (index?: number) => number>;
    expect([get?.(2), base?.(), end?.()]).toEqual([3, 0x220000, 0x300000]);
    expect(places).toHaveLength(1);
    expect(places.every((at) => at >= 0x220000 && at < 0x300000)).toBe(true);
  });
});

/** A core with a space that is entered, and pages at BASE. */
function coreWith(kind: "windowed" | "translated") {
  const core = bareCore() as unknown as CoreExports & AccessTable;
  const switches = kind === "windowed" ? WINDOW_SWITCH : 0;
  expect(core.machineCreateF64(0, 7, switches, 100_000, 100_000, 0, 0)).toBe(1);
  const context = core.contextCreate();
  const space = core.spaceCreate(kind === "windowed" ? 1 : 0, 50, 345);
  core.contextEnter(context, space);
  expect(core.allocateF64(context, space, -1, BASE, 0, -1, PAGES * PAGE, 0x203000, 4)).toBe(0);
  const record = () => [...new Uint8Array(core.memory.buffer, context, CONTEXT_RECORD_BYTES)];
  return { core, context, space, record };
}

describe.each(["windowed", "translated"] as const)("on a bare core, %s", (kind) => {
  test("random programs: they answer as the exports do, outcomes too", () => {
    const [one, other] = [coreWith(kind), coreWith(kind)];
    const inline = instantiate(program.bytes, { env: one.core, guardpage: one.core });
    const ways = ACCESSORS.filter((name) => name.startsWith("windowed") === (kind === "windowed"));
    const random = randomFrom(SEED);
    let faults = 0;
    let straddles = 0;
    for (let step = 0; step < STEPS; step++) {
      const offset = pick([0, 4, random(PAGE), PAGE - 1, PAGE - 2, PAGE - 4, PAGE - 7], random);
      const number = BASE - PAGE + random(PAGES + 2) * PAGE + offset;
      if (random(12) === 0) {
        const protect = pick(PROTECTIONS, random);
        for (const { core, context, space } of [one, other]) {
          core.protectF64(context, space, -1, number, -1, 1, protect, -1);
          if (step % 4 === 0) core.mapsForget(space);
        }
        continue;
      }
      const name = pick(ways, random);
      const address = kind === "windowed" ? number : BigInt(number);
      const bits = random(2 ** 31) - 2 ** 30;
      const value = name.endsWith("64") && !name.endsWith("F64") ? BigInt(bits) * 0x1234567n : bits;
      const answers = [
        inline[name]?.(one.context, address, value),
        other.core[name]?.(other.context, address, value),
      ];
      const context = `${name} ${number.toString(16)}, step ${step} of seed ${SEED}`;
      const record = one.record();
      expect(record, context).toEqual(other.record());
      if (record[0] === 0) expect(answers[0], context).toEqual(answers[1]);
      else faults += 1;
      if (offset > PAGE - 8) straddles += 1;
      for (const { core, context } of [one, other]) core.outcomeClear(context);
    }
    expect(faults).toBeGreaterThan(STEPS / 20);
    expect(straddles).toBeGreaterThan(STEPS / 20);
    for (let page = 0; page < PAGES; page++) {
      const bytes = [one, other].map(({ core, space }) => {
        const linear = core.peekF64(space, BASE + page * PAGE) >>> 0;
        return linear < 2 ? undefined : Buffer.from(core.memory.buffer, linear, PAGE);
      });
      expect(bytes[0]).toEqual(bytes[1]);
    }
  });
});

describe.each(["windowed", "translated"] as const)("under the host, %s", (space) => {
  test("faults go through the handlers, or through the program", async () => {
    const guest = (await createMachine({ profile: "win32" })).createProcess({ space });
    const { VirtualAlloc, AddVectoredExceptionHandler } = kernel32(guest);
    VirtualAlloc(BASE, PAGES * PAGE, MEM_RESERVE, PAGE_READWRITE);
    const code = generatedCode(guest);
    const table = instantiate(program.bytes, code.assembly);
    const isWindowed = space === "windowed";
    const call = (type: string, number: number, value?: number | bigint) => {
      code.enter();
      const name = isWindowed ? `windowed${type[0]?.toUpperCase()}${type.slice(1)}` : type;
      return table[name]?.(code.context, isWindowed ? number : BigInt(number), value);
    };
    expect(() => call("loadU32", BASE)).toThrow(PageFault);
    expect(() => call("storeU32", BASE, 1)).toThrow(PageFault);
    let faults = 0;
    AddVectoredExceptionHandler(1, ({ ExceptionRecord }) => {
      faults += 1;
      const address = Number(ExceptionRecord.ExceptionInformation[1]);
      VirtualAlloc(address, 1, MEM_COMMIT, PAGE_READWRITE);
      return -1;
    });
    call("storeF64", BASE + PAGE - 4, 1.5);
    expect(call("loadF64", BASE + PAGE - 4)).toBe(1.5);
    call("storeU64", BASE + 8, 0x8000_0000_0000_0001n);
    expect(call("loadU64", BASE + 8)).toBe(-0x7fff_ffff_ffff_ffffn);
    call("storeU8", BASE + 16, 0x80);
    expect([call("loadI8", BASE + 16), call("loadU8", BASE + 16)]).toEqual([-0x80, 0x80]);
    expect(call("loadF32", BASE + 2 * PAGE)).toBe(0);
    expect(faults).toBe(3);
  });
});

describe("docs/abi.md, From AssemblyScript", () => {
  const page = readFileSync(`${root}/docs/abi.md`, "utf8");
  const section = page.slice(page.indexOf("### From AssemblyScript"));
  const block = (language: string) => {
    return new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(section)?.[1] ?? "";
  };

  test("names the options that the tests compile with", () => {
    expect(section).toContain(`npx asc program.ts ${OPTIONS.join(" ")} --outFile program.wasm`);
  });

  test("has an example that compiles and runs as it stands", () => {
    folder.compile(block("ts"));
    folder.write("host.mjs", block("js"));
    expect(folder.run("host.mjs").trim()).toBe("4950");
  });
});
