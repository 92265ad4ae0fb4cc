import { describe, expect, test } from "vitest";
import { repositoryTree } from "./setup/tree.ts";
import { rules } from "./setup/tree-rules.ts";

const repository = repositoryTree();

/** For each rule, small trees that break it once. */
const breaches: Record<keyof typeof rules, Record<string, string>[]> = {
  assemblyDirection: [
    {
      "assembly/base/range.ts": 'import { Frame } from "../phys/frame";',
      "assembly/phys/frame.ts": "",
    },
    { "assembly/nt/allocate.ts": 'export * from "../abi/index";', "assembly/abi/index.ts": "" },
    { "assembly/virt/space.ts": 'import { x } from "../../src/x";', "src/x.ts": "" },
    { "assembly/virt/space.ts": 'import { x } from "./missing";' },
    { "assembly/nt/free.ts": 'import { x } from "..";', "assembly/index.ts": "" },
    { "assembly/extra/file.ts": "" },
  ],
  assemblyWithoutCycles: [
    {
      "assembly/virt/a.ts": 'import {\n  b,\n} from "./b";',
      "assembly/virt/b.ts": 'import { c } from "./c";',
      "assembly/virt/c.ts": 'import { a } from "./a";',
    },
    { "assembly/virt/a.ts": 'import { a } from "./a";' },
  ],
  hostDirection: [
    {
      "src/wasm/load.ts": 'import type { Machine } from "../machine.ts";',
      "src/machine.ts": "",
    },
    { "src/ntdll.ts": 'import { x } from "./kernel32.ts";', "src/kernel32.ts": "" },
    { "src/machine.ts": 'import { x } from "./ntdll.ts";', "src/ntdll.ts": "" },
    { "src/kernel32.ts": 'import { x } from "./cli/main.ts";', "src/cli/main.ts": "" },
    {
      "src/process.ts": 'let x: import("./replay/trace.ts").Row;',
      "src/replay/trace.ts": "",
    },
    { "src/model/space.ts": 'import { x } from "../constants.ts";', "src/constants.ts": "" },
    { "src/process.ts": 'import { Model } from "./model/space.ts";', "src/model/space.ts": "" },
    { "src/machine.ts": 'import { readFileSync } from "node:fs";' },
    { "src/node/file.ts": 'import "commander";' },
    { "src/opfs/file.ts": 'import "node:fs";' },
    { "src/machine.ts": 'import { x } from "./node/file.ts";', "src/node/file.ts": "" },
    { "src/kernel32.ts": 'import { x } from "./opfs.ts";', "src/opfs.ts": "" },
    { "src/kernel32.ts": 'import { x } from "./dotnet.ts";', "src/dotnet.ts": "" },
    { "src/dotnet/enums.ts": 'import { x } from "../vb/long.ts";', "src/vb/long.ts": "" },
    { "src/vb.ts": 'import { x } from "./dotnet/enums.ts";', "src/dotnet/enums.ts": "" },
    { "src/replay/runs.ts": 'import { x } from "../coredll.ts";', "src/coredll.ts": "" },
    { "src/machine.ts": 'import { base64 } from "../build/tools.ts";' },
    { "src/machine.ts": 'import { version } from "../package.json";', "package.json": "" },
    { "src/cli/main.ts": 'import { x } from "../../test/x.ts";', "test/x.ts": "" },
    { "src/extra/file.ts": "" },
  ],
  demoDirection: [
    {
      "demo/session/session.ts": 'import type { View } from "../map/map-view.ts";',
      "demo/map/map-view.ts": "",
    },
    { "demo/calls/writer.ts": 'import { x } from "../console/console.ts";' },
    { "demo/page/app.tsx": 'import "../main.tsx";', "demo/main.tsx": "" },
    {
      "demo/view/on-demand.tsx": 'const load = () => import("../map/map-view.ts");',
      "demo/map/map-view.ts": "",
    },
    { "demo/extra/file.ts": "" },
  ],
  publicEntriesOnly: [
    { "demo/main.tsx": 'import { Machine } from "../src/index.ts";', "src/index.ts": "" },
    { "bench/main.mjs": 'import { x } from "guardpage/wasm/exports";' },
  ],
  sizes: [{ "src/long.ts": "x;\n".repeat(401) }, { "src/wide.ts": `// ${"x".repeat(98)}\n` }],
  nothingUnfinished: [
    { "src/a.ts": `// TO${"DO"}: later` },
    { "docs/a.md": `FIX${"ME"}` },
    { "assembly/base/a.ts": `// HA${"CK"}` },
  ],
  everyTestRuns: [
    { "test/a.test.ts": `test.on${"ly"}("x", () => {});` },
    { "test/a.test.ts": `describe.sk${"ip"}("x", () => {});` },
  ],
  speaksOfItselfOnly: [
    { "README.md": `see /wo${"rk"}/main` },
    { "docs/a.md": `../sha${"red"}/design.md` },
  ],
  docsAreLinked: [
    { "README.md": "[a](docs/a.md)", "docs/a.md": "", "docs/b.md": "" },
    { "README.md": "[a](docs/pages/a.md)", "docs/pages/a.md": "", "docs/pages/b.md": "" },
    {
      "README.md": "[a](docs/rules.md)",
      "docs/rules.md": "[0](rules/0.md)",
      "docs/rules/0.md": "",
    },
  ],
  linksLeadSomewhere: [{ "README.md": "[a](docs/missing.md#part)" }],
};

/** Trees that are as they should be, one for all rules. */
const sound: Record<string, string> = {
  "README.md":
    "[docs](docs/a.md#part), [b](docs/b.md), [0](docs/b/0.md), [site](https://example.org)",
  "docs/a.md": "[folder](b/)",
  "docs/b.md": "",
  "docs/b/0.md": "",
  "assembly/index.ts": 'export * from "./virt";',
  "assembly/base/range.ts": "",
  "assembly/virt/index.ts": 'export { a } from "./a";',
  "assembly/virt/a.ts": 'import { x } from "../base/range";\nimport { b } from "./b";',
  "assembly/virt/b.ts": 'import { x } from "../base/range";',
  "assembly/abi/index.ts": 'import "../virt/a";\nexport * from "./twins.generated";',
  "src/wasm/bytes.ts": 'import { base64 } from "../../build/tools.ts";',
  "src/machine.ts": 'import { x } from "./wasm/bytes.ts";\nimport type { P } from "./process.ts";',
  "src/process.ts": 'import { Machine } from "./machine.ts";',
  "src/ntdll.ts": 'import { P } from "./process.ts";',
  "src/kernel32.ts": 'import { x } from "./ntdll.ts";',
  "src/dotnet.ts": 'import { x } from "./dotnet/enums.ts";\nimport { y } from "./kernel32.ts";',
  "src/dotnet/enums.ts": 'import { x } from "../out.ts";',
  "src/out.ts": "",
  "src/model/space.ts": 'import { x } from "./region.ts";',
  "src/model/region.ts": "",
  "src/replay/replay.ts": 'import { x } from "../model/space.ts";',
  "package.json": "",
  "src/constants.ts": 'export * from "./constants/status.ts";',
  "src/constants/status.ts": "",
  "src/node.ts": 'export { x } from "./node/file.ts";',
  "src/node/file.ts": 'import "node:fs";\nimport { x } from "../machine.ts";',
  "src/opfs.ts": 'import { x } from "./machine.ts";',
  "src/cli/main.ts": 'import "commander";\nimport "../../package.json";\nimport "../ntdll.ts";',
  "demo/main.tsx": 'import "./style.css";\nimport { App } from "./page/app.tsx";',
  "demo/page/app.tsx": 'import "../map/map.css";\nimport { Map } from "../map/map-view.ts";',
  "demo/map/map-view.ts": 'import { Machine } from "guardpage";\nimport "./keys.ts";',
  "demo/map/keys.ts": "",
  "bench/main.mjs": 'import { kernel32 } from "guardpage/kernel32";\nimport "node:fs";',
  "test/a.test.ts": `// ${"x".repeat(97)}\n${"x;\n".repeat(399)}`,
};

const names = Object.keys(breaches) as (keyof typeof rules)[];

test("every rule is shown", () => {
  expect(names.toSorted()).toEqual(Object.keys(rules).toSorted());
});

describe.each(names)("%s", (name) => {
  test("holds in this repository", () => {
    expect(rules[name](repository)).toEqual([]);
  });

  test("accepts a sound tree", () => {
    expect(rules[name](new Map(Object.entries(sound)))).toEqual([]);
  });

  test.each(breaches[name])("reports %j", (tree) => {
    expect(rules[name](new Map(Object.entries(tree)))).toHaveLength(1);
  });
});
