import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dirname, join as joinUrl } from "node:path/posix";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Consumer, installPackage } from "./setup/package.ts";
import { importsOf, repositoryTree, root } from "./setup/tree.ts";

const manifest = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
const portable = [
  "",
  "/kernel32",
  "/ntdll",
  "/dotnet",
  "/vb",
  "/clr-host",
  "/coredll",
  "/constants",
  "/opfs",
  "/recording",
].map((name) => `guardpage${name}`);

let consumer: Consumer;
beforeAll(() => {
  consumer = installPackage();
});
afterAll(() => consumer.remove());

const readInstalled = (path: string) =>
  readFileSync(join(consumer.folder, "node_modules/guardpage", path), "utf8");

describe("the tarball", () => {
  test("holds what was built, the sources and the papers, and nothing else", () => {
    const papers = ["CHANGELOG.md", "LICENSE", "README.md", "embed/guardpage.h", "package.json"];
    const others = consumer.files.filter((path) => !/^(dist|assembly|src)\//.test(path));
    expect(others.toSorted()).toEqual(papers);
  });

  test("holds every source file", () => {
    const sources = [...repositoryTree().keys()].filter((path) => /^(assembly|src)\//.test(path));
    expect(sources).not.toEqual([]);
    expect(sources.filter((path) => !consumer.files.includes(path))).toEqual([]);
    expect(consumer.files).toContain("assembly/abi/twins.generated.ts");
  });

  test("has source maps that find their sources", () => {
    const maps = consumer.files.filter((path) => path.endsWith(".d.ts.map"));
    expect(maps).not.toEqual([]);
    const missing = maps.flatMap((path) => {
      const { sources } = JSON.parse(readInstalled(path)) as { sources: string[] };
      return sources
        .map((source) => joinUrl(dirname(path), source))
        .filter((source) => !consumer.files.includes(source));
    });
    expect(missing).toEqual([]);
  });

  test("has declarations that name only files that are there", () => {
    const declarations = consumer.files.filter((path) => path.endsWith(".d.ts"));
    const missing = declarations.flatMap((path) => {
      return importsOf(readInstalled(path))
        .map((specifier) => joinUrl(dirname(path), specifier))
        .filter((target) => !consumer.files.includes(target.replace(/\.js$/, ".d.ts")));
    });
    expect(missing).toEqual([]);
  });
});

describe("the entries", () => {
  test("are these", () => {
    expect(Object.keys(manifest.exports)).toEqual([
      ".",
      "./kernel32",
      "./ntdll",
      "./dotnet",
      "./vb",
      "./clr-host",
      "./coredll",
      "./constants",
      "./emitter",
      "./node",
      "./opfs",
      "./recording",
      "./core.wasm",
      "./core-simd.wasm",
      "./core.threads.wasm",
      "./tools.wasm",
      "./guardpage.h",
      "./assembly",
      "./assembly/*",
      "./package.json",
    ]);
  });

  test("all name a file of the tarball", () => {
    const targets = Object.entries<string | Record<string, string>>(manifest.exports)
      .filter(([entry]) => !entry.includes("*"))
      .flatMap(([, target]) => (typeof target === "string" ? [target] : Object.values(target)))
      .map((target) => target.replace(/^\.\//, ""));
    expect(targets.filter((target) => !consumer.files.includes(target))).toEqual([]);
  });

  test("export what their users import", () => {
    const source = `
      import { Machine, PageFault } from "guardpage";
      import { kernel32 } from "guardpage/kernel32";
      import { ntdll } from "guardpage/ntdll";
      import { dotnet, MemoryProtectionOptions } from "guardpage/dotnet";
      import { vb } from "guardpage/vb";
      import { clrHost, S_OK } from "guardpage/clr-host";
      import { coredll } from "guardpage/coredll";
      import { PAGE_GUARD } from "guardpage/constants";
      import { NodeFile, NodePageStore } from "guardpage/node";
      import { OpfsFile, OpfsPageStore } from "guardpage/opfs";
      console.log([Machine, PageFault, kernel32, ntdll, PAGE_GUARD].map((x) => typeof x).join());
      console.log(typeof dotnet, MemoryProtectionOptions.Guard === PAGE_GUARD, typeof vb);
      console.log(typeof clrHost, S_OK, typeof coredll);
      console.log([NodeFile, NodePageStore, OpfsFile, OpfsPageStore].map((x) => typeof x).join());
    `;
    expect(consumer.run(source).split("\n")).toEqual([
      "function,function,function,function,number",
      "function true function",
      "function 0 function",
      "function,function,function,function",
    ]);
  });

  test("give the core module to whoever compiles it", () => {
    const source = `
      import { readFileSync } from "node:fs";
      import { Machine } from "guardpage";
      const bytes = readFileSync(new URL(import.meta.resolve("guardpage/core.wasm")));
      const module = new WebAssembly.Module(bytes);
      const machine = await Machine.create({ module });
      console.log(WebAssembly.Module.imports(module).length, machine.profile);
    `;
    expect(consumer.run(source)).toBe("0 win64");
  });

  test("resolve single AssemblyScript files", () => {
    const source = `console.log(import.meta.resolve("guardpage/assembly/base/range"));`;
    expect(consumer.run(source)).toMatch(/assembly\/base\/range\.ts$/);
  });

  test("compile into another AssemblyScript module", () => {
    mkdirSync(join(consumer.folder, "assembly"));
    writeFileSync(
      join(consumer.folder, "assembly/index.ts"),
      'export * from "guardpage/assembly";\n',
    );
    const compiler = `${root}/node_modules/assemblyscript/bin/asc.js`;
    const args = ["assembly/index.ts", "--outFile", "out.wasm", "--runtime", "stub"];
    execFileSync(process.execPath, [compiler, ...args, "--use", "abort=", "-O1"], {
      cwd: consumer.folder,
      stdio: "pipe",
    });
    const module = new WebAssembly.Module(readFileSync(join(consumer.folder, "out.wasm")));
    const imports = WebAssembly.Module.imports(module);
    const names = imports.map(({ module, name }) => `${module}.${name}`);
    expect(names.toSorted()).toEqual(["guardpage.loadSlow", "guardpage.storeSlow"]);
  });
});

describe("dependencies", () => {
  /** All packages that a built file loads, through the chunks beside it. */
  function packages(path: string, seen = new Set<string>()): string[] {
    if (seen.has(path)) return [];
    seen.add(path);
    return importsOf(readInstalled(path)).flatMap((specifier) => {
      return specifier.startsWith(".")
        ? packages(joinUrl(dirname(path), specifier), seen)
        : [specifier];
    });
  }

  const packagesOf = (name: string) => {
    const entry: string = manifest.exports[name.replace("guardpage", ".")].default;
    return packages(entry.replace(/^\.\//, ""));
  };

  test.each(portable)("%s has none", (name) => {
    expect(packagesOf(name)).toEqual([]);
  });

  test("guardpage/node has none but those of Node.js", () => {
    const used = packagesOf("guardpage/node");
    expect(used).toContain("node:fs");
    expect(used.filter((name) => !name.startsWith("node:"))).toEqual([]);
  });

  test("the entries share their errors", () => {
    const source = `
      import { DiskFull } from "guardpage";
      import { OpfsFile } from "guardpage/opfs";
      const full = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
      try {
        new OpfsFile({ getSize: () => 0, truncate: full }).resize(1);
      } catch (error) {
        console.log(error instanceof DiskFull);
      }
    `;
    expect(consumer.run(source)).toBe("true");
  });

  test("of the command line are declared", () => {
    const used = packages(manifest.bin.guardpage).filter((name) => !name.startsWith("node:"));
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted());
  });

  test("are locked without naming a registry", () => {
    expect(readFileSync(`${root}/package-lock.json`, "utf8")).not.toContain('"resolved"');
    expect(existsSync(`${root}/.npmrc`)).toBe(false);
  });
});

describe("the command", () => {
  const run = (...args: string[]) => {
    const cli = join(consumer.folder, "node_modules/guardpage", manifest.bin.guardpage);
    return execFileSync(process.execPath, [cli, ...args], { encoding: "utf8" });
  };

  test("starts by itself", () => {
    expect(readInstalled(manifest.bin.guardpage)).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(run("--version").trim()).toBe(manifest.version);
    expect(run("--help")).toContain("replay");
  });
});
