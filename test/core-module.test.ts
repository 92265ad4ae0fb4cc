import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { toolsOn } from "../src/wasm/tools.ts";
import { root } from "./setup/tree.ts";
import { describeModule, type FunctionType } from "./setup/wasm-module.ts";
import { readModuleText, wayTo } from "./setup/wasm-text.ts";

const SIZE_MAX = 64 * 1024;

const bytes = readFileSync(`${root}/build/core.release.wasm`);
const core = describeModule(bytes);

/**
 * The functions of `CoreExports` and of what it extends: "number" or "bigint" for each parameter
 * and the result.
 */
function declaredExports(): Map<string, { parameters: string[]; result: string }> {
  const folder = `${root}/src/wasm`;
  const names = readdirSync(folder).filter((name) => name.endsWith("exports.ts"));
  const source = names.map((name) => readFileSync(`${folder}/${name}`, "utf8")).join("");
  const interfaces = source.matchAll(/export interface \w*Exports[^{]*\{\n([\s\S]*?)\n\}\n/g);
  const code = [...interfaces]
    .map(([, block]) => block)
    .join("\n")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\/\/.*$/gm, "");
  const declared = new Map<string, { parameters: string[]; result: string }>();
  for (const [, name = "", list = "", result = ""] of code.matchAll(
    /^ {2}(\w+)\(([^)]*)\): (\w+);/gm,
  )) {
    const parameters = [...list.matchAll(/\w+: (\w+)/g)].map((match) => match[1] ?? "");
    declared.set(name, { parameters, result });
  }
  return declared;
}

/** A function of the module as JavaScript sees it. */
function seenByJavaScript({ parameters, results }: FunctionType) {
  const kind = (type: string) => (type === "i64" ? "bigint" : "number");
  return { parameters: parameters.map(kind), result: results.map(kind)[0] ?? "void" };
}

describe("the release module", () => {
  test("has no imports", () => {
    expect(core.imports).toBe(0);
    expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes))).toEqual([]);
  });

  test("keeps all state in linear memory", () => {
    expect(core.globals.filter(({ mutable }) => mutable)).toEqual([]);
    expect(core.dataSegments).toBe(0);
  });

  test("is small", () => {
    expect(bytes.length).toBeLessThanOrEqual(SIZE_MAX);
  });

  test("is as small with SIMD, and has the same exports", () => {
    const simd = readFileSync(`${root}/build/core.simd.wasm`);
    expect(simd.length).toBeLessThanOrEqual(SIZE_MAX);
    const names = [bytes, simd].map((module) =>
      WebAssembly.Module.exports(new WebAssembly.Module(module)).map(({ name }) => name),
    );
    expect(names[1]).toEqual(names[0]);
  });

  test("contains nothing of a runtime", () => {
    const text = readFileSync(`${root}/build/core.debug.wat`, "utf8");
    expect(text).toContain("$assembly/");
    expect(text).not.toContain("~lib/rt");
  });

  test("exports its memory and nothing but functions besides", () => {
    const others = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).filter(
      ({ kind }) => kind !== "function",
    );
    expect(others).toEqual([{ name: "memory", kind: "memory" }]);
  });
});

const toolsBytes = readFileSync(`${root}/build/tools.wasm`);
const tools = describeModule(toolsBytes);

describe("the core and the tools", () => {
  const declared = declaredExports();
  const exports = new Map([...core.exports, ...tools.exports]);

  test("CoreExports was read", () => {
    expect(declared.get("loadSlow")).toEqual({
      parameters: ["number", "bigint", "number"],
      result: "bigint",
    });
    expect(declared.get("mapsForget")).toEqual({ parameters: ["number"], result: "void" });
  });

  test.each([...declared])("exports %s as declared", (name, signature) => {
    const exported = exports.get(name);
    expect(exported && seenByJavaScript(exported)).toEqual(signature);
  });

  test.each([...declared.keys()].filter((name) => name.endsWith("F64")))(
    "exports the i64 form of %s",
    (name) => {
      expect(exports.has(name.slice(0, -"F64".length))).toBe(true);
    },
  );
});

describe("the tools", () => {
  test("import the memory of a core and nothing else", () => {
    expect(WebAssembly.Module.imports(new WebAssembly.Module(toolsBytes))).toEqual([
      { module: "env", name: "memory", kind: "memory" },
    ]);
  });

  test("leave that memory as it is at first, and have no state of their own", () => {
    expect(tools.dataSegments).toBe(0);
    expect(tools.globals.filter(({ mutable }) => mutable)).toEqual([]);
  });

  test("export what the core does not have", () => {
    const names = [...tools.exports.keys()];
    expect(names).toContain("verifySpace");
    for (const name of names) expect(core.exports.has(name)).toBe(false);
  });

  test("export all that the host looks for in them", () => {
    for (const name of Object.keys(toolsOn(new WebAssembly.Memory({ initial: 0 })))) {
      expect(tools.exports.has(name)).toBe(true);
    }
  });
});

describe("the core for threads", () => {
  const threadsBytes = readFileSync(`${root}/build/core.threads.wasm`);
  const threads = describeModule(threadsBytes);

  test("imports shared memory and the context of its agent, and nothing else", () => {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(threadsBytes));
    expect(imports.map(({ module, name, kind }) => `${module}.${name}: ${kind}`).sort()).toEqual([
      "agent.context: global",
      "env.memory: memory",
    ]);
  });

  test("has no state of its own", () => {
    expect(threads.dataSegments).toBe(0);
    expect(threads.globals.filter(({ mutable }) => mutable)).toEqual([]);
  });

  test("exports what the core and the tools do, with the same types", () => {
    for (const [name, type] of [...core.exports, ...tools.exports]) {
      expect([name, threads.exports.get(name)]).toEqual([name, type]);
    }
  });

  test("takes the lock in every export but the accessors and what an agent says of itself", () => {
    const text = readFileSync(`${root}/build/core.threads.plain.wasm`);
    const source = readFileSync(`${root}/assembly/abi/threads/locked.generated.ts`, "utf8");
    const locked = new Set(
      [...source.matchAll(/^export function (\w+)/gm)].map(([, name]) => name),
    );
    const others = [...describeModule(text).exports.keys()].filter((name) => {
      return !locked.has(name) && !locked.has(name.replace(/F64$/, ""));
    });
    const isAccessor = (name: string) => /^(windowed)?(load|store)[UIF]\d+(F64)?$/i.test(name);
    expect(others.filter((name) => !isAccessor(name)).sort()).toEqual([
      "agentEnded",
      "agentMayBlock",
      "agentPark",
      "agentRun",
      "contextPoll",
      "contextStop",
      "machinePoison",
    ]);
  });
});

describe("a compiled accessor", () => {
  const text = readModuleText(readFileSync(`${root}/build/core.release.wat`, "utf8"));
  const accessors = [...core.exports.keys()].filter((name) => {
    return /^(windowedL|windowedS|l|s)(oad|tore)[UIF](8|16|32|64)(F64)?$/.test(name);
  });
  const SLOW = /\/(load|store)Slow(\+fast)?$/;

  test("exists for every type, in both kinds of space", () => {
    const types = ["LoadU8", "LoadI8", "LoadU16", "LoadI16", "LoadU32", "LoadI32", "LoadU64"];
    types.push("LoadF32", "LoadF64", "StoreU8", "StoreU16", "StoreU32", "StoreU64");
    types.push("StoreF32", "StoreF64");
    const names = types.flatMap((type) => {
      const translated = type.replace(/^./, (letter) => letter.toLowerCase());
      return [translated, `${translated}F64`, `windowed${type}`];
    });
    expect(accessors.toSorted()).toEqual(names.toSorted());
  });

  const isTwin = (name: string) => name.endsWith("F64") && core.exports.has(name.slice(0, -3));

  test.each(accessors.filter((name) => !isTwin(name)))("%s has one call, to ask", (name) => {
    expect(wayTo(SLOW, name, text)).toHaveLength(1);
  });

  test.each(accessors.filter(isTwin))(
    "%s calls its i64 form, if anything, and asks there",
    (name) => {
      const way = wayTo(SLOW, name, text);
      expect(way.length).toBeGreaterThan(0);
      expect(way.length).toBeLessThanOrEqual(2);
    },
  );

  test("that calls twice is reported", () => {
    const twice = `
 (export "load" (func $load))
 (func $load (param $0 i32) (result i32)
  (drop
   (call $check
    (local.get $0)
   )
  )
  (call $loadSlow)
 )
 (func $check
 )`;
    expect(() => wayTo(SLOW, "load", readModuleText(twice))).toThrow("$load has 2 calls");
  });
});

describe("reading a module", () => {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

  test("finds imports, mutable globals and data segments", () => {
    const module = new Uint8Array([
      ...header,
      ...[2, 8, 1, 1, 0x61, 1, 0x62, 3, 0x7f, 0], // import global "a" "b": immutable i32
      ...[5, 3, 1, 0, 1], // one memory of one page
      ...[6, 19, 2, 0x7e, 1, 0x42, 0xff, 1, 0x0b, 0x7c, 0, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b],
      ...[11, 7, 1, 0, 0x41, 0, 0x0b, 1, 0x2a], // one byte at 0
    ]);
    expect(WebAssembly.validate(module)).toBe(true);
    expect(describeModule(module)).toEqual({
      imports: 1,
      globals: [
        { type: "i64", mutable: true },
        { type: "f64", mutable: false },
      ],
      dataSegments: 1,
      exports: new Map(),
    });
    expect(() => describeModule(module.subarray(0, 36))).toThrow("the module ends at");
  });

  test("finds the types of exported functions", () => {
    const module = new Uint8Array([
      ...header,
      ...[1, 7, 1, 0x60, 2, 0x7e, 0x7c, 1, 0x7f], // (i64, f64) -> i32
      ...[3, 2, 1, 0],
      ...[7, 5, 1, 1, 0x66, 0, 0],
      ...[10, 6, 1, 4, 0, 0x41, 0, 0x0b],
    ]);
    expect(WebAssembly.validate(module)).toBe(true);
    expect(describeModule(module).exports).toEqual(
      new Map([["f", { parameters: ["i64", "f64"], results: ["i32"] }]]),
    );
  });
});
