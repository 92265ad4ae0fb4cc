import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeWith, type Tool } from "../setup/tools.ts";
import { root } from "../setup/tree.ts";
import { describeModule, type FunctionType } from "../setup/wasm-module.ts";

const header = readFileSync(`${root}/embed/guardpage.h`, "utf8");
const exportsOf = (name: string) => {
  return describeModule(readFileSync(`${root}/build/${name}.wasm`)).exports;
};

const TYPES: Readonly<Record<string, string>> = {
  uint32_t: "i32",
  int32_t: "i32",
  uint64_t: "i64",
  float: "f32",
  double: "f64",
};

/** Functions that the header declares for a module, as WebAssembly sees them. */
function declared(module: "CORE" | "TOOLS"): Map<string, FunctionType> {
  const pattern = new RegExp(
    `^GUARDPAGE_${module}\\((\\w+)\\)\\n(\\w+) guardpage_(\\w+)\\(([^)]*)\\);`,
    "gm",
  );
  const functions = new Map<string, FunctionType>();
  for (const [, name = "", result = "", own, list = ""] of header.matchAll(pattern)) {
    expect(own).toBe(name);
    const typeOf = (parameter: string) => TYPES[parameter.trim().split(" ")[0] ?? ""] ?? parameter;
    functions.set(name, {
      parameters: list === "void" ? [] : list.split(",").map(typeOf),
      results: result === "void" ? [] : [typeOf(result)],
    });
  }
  return functions;
}

const byName = (functions: ReadonlyMap<string, FunctionType>) => {
  return [...functions].toSorted(([left], [right]) => (left < right ? -1 : 1));
};

const isTwin = (name: string, exports: ReadonlyMap<string, unknown>) => {
  return name.endsWith("F64") && exports.has(name.slice(0, -"F64".length));
};

describe.each([
  ["CORE", "core.release"],
  ["TOOLS", "tools"],
] as const)("the functions of %s", (module, file) => {
  const exports = exportsOf(file);

  test("are those that the module exports, with their types", () => {
    const wide = new Map([...exports].filter(([name]) => !isTwin(name, exports)));
    expect(wide.size).toBeGreaterThan(20);
    expect(byName(declared(module))).toEqual(byName(wide));
  });

  test("have each a comment", () => {
    for (const name of declared(module).keys()) {
      const before = header.slice(0, header.indexOf(`GUARDPAGE_${module}(${name})`));
      // Functions of one kind share the comment of the first.
      const above = before.replace(/(?:GUARDPAGE_\w+\(\w+\)\n[^;]*;\n)+$/, "");
      expect(above.endsWith("*/\n"), name).toBe(true);
    }
  });
});

test("the twins for JavaScript are listed, all of them and no other", () => {
  const [, list = ""] =
    /\* Twins for JavaScript[\s\S]*?\n \*\n([\s\S]*?)\n \*\//.exec(header) ?? [];
  const listed = list.split(/[\s*]+/).filter((name) => name !== "");
  const twins = ["core.release", "tools"].flatMap((file) => {
    const exports = exportsOf(file);
    return [...exports.keys()].filter((name) => isTwin(name, exports));
  });
  expect(twins).not.toEqual([]);
  expect(listed.toSorted()).toEqual(twins.toSorted());
});

describe("the constants", () => {
  /** Files of the sources; of some the header has all constants. */
  const SOURCES = [
    { path: "base/layout.ts", all: null },
    { path: "base/status.ts", all: /./ },
    { path: "nt/types.ts", all: /./ },
    { path: "nt/profile.ts", all: /^PROFILE_/ },
    { path: "virt/access-kind.ts", all: /./ },
    { path: "virt/context.ts", all: /^TRANS/ },
    { path: "virt/fault.ts", all: /./ },
    { path: "virt/machine.ts", all: /^SWITCH_/ },
    { path: "virt/maps.ts", all: /^ACCESS_(READ|WRITE|EXECUTE)/ },
    { path: "virt/request.ts", all: /^REQUEST_/ },
    { path: "virt/space.ts", all: /^SPACE_(TRANSLATED|WINDOWED)$/ },
  ];
  const constants = SOURCES.flatMap(({ path, all }) => {
    const text = readFileSync(`${root}/assembly/${path}`, "utf8");
    const found = text.matchAll(/^export const (\w+): (?:u32|u64|usize) = ([\w]+);/gm);
    return [...found].map(([, name = "", value = ""]) => {
      return { name, value: BigInt(value.replaceAll("_", "")), isWanted: all?.test(name) ?? false };
    });
  });
  const defines = new Map(
    [...header.matchAll(/^#define GUARDPAGE_(\w+) +UINT(?:32|64)_C\((\w+)\)/gm)].map(
      ([, name = "", value = ""]) => [name, BigInt(value)],
    ),
  );

  test("are those of the sources", () => {
    const known = new Map(constants.map(({ name, value }) => [name, value]));
    const ours = [...defines].filter(([name]) => !/^CONTEXT_(?!BYTES)/.test(name));
    expect(ours.length).toBeGreaterThan(150);
    expect(ours.filter(([name, value]) => known.get(name) !== value)).toEqual([]);
  });

  test("are complete", () => {
    const missing = constants.filter(({ name, isWanted }) => isWanted && !defines.has(name));
    expect(missing).toEqual([]);
  });

  test("of the context are where docs/abi.md has them", () => {
    const page = readFileSync(`${root}/docs/abi.md`, "utf8");
    const drawn = page.slice(page.indexOf("## The context"), page.indexOf("## Services"));
    const offsets = [...drawn.matchAll(/^ {4}(0x[0-9a-f]+) /gm)].map(([, at = ""]) => BigInt(at));
    const fields = [...defines].filter(([name]) => /^CONTEXT_(?!BYTES|THREAD)/.test(name));
    expect(fields.length).toBeGreaterThan(7);
    for (const [name, offset] of fields) expect(offsets, name).toContain(offset);
  });
});

const C11 = ["-x", "c", "-std=c11"];
const CXX17 = ["-x", "c++", "-std=c++17"];
const COMPILERS: readonly { tool: Tool; options: readonly string[] }[] = [
  { tool: "gcc", options: C11 },
  { tool: "g++", options: CXX17 },
  { tool: "clang", options: C11 },
  { tool: "clang++", options: CXX17 },
  { tool: "clang", options: ["--target=wasm32", ...C11] },
];

describe.each(COMPILERS)("by $tool $options", ({ tool, options }) => {
  describeWith(tool, "the header", (program) => {
    const compile = (text: string) => {
      const flags = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-"];
      execFileSync(program, [...options, `-I${root}/embed`, ...flags], {
        input: text,
        stdio: ["pipe", "pipe", "pipe"],
      });
    };

    test("compiles, also twice in one file", () => {
      compile('#include "guardpage.h"\n#include "guardpage.h"\n');
    });

    test("has assertions that can fail", () => {
      const wrong =
        '#include "guardpage.h"\nGUARDPAGE_ASSERT(sizeof(guardpage_context) == 1, "no");';
      expect(() => compile(`${wrong}\n`)).toThrow();
    });
  });
});
