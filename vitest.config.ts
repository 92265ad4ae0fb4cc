import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** What these test is the same whichever core is under test, so one project runs them. */
const RUN_ONCE = [
  "test/architecture.test.ts",
  "test/core-module.test.ts",
  "test/core/simd.test.ts", // names both cores itself
  "test/files-examples.test.ts",
  "test/generate-twins.test.ts",
  "test/package.test.ts",
  "test/readme.test.ts",
  "test/recording-page.test.ts", // the built package
  "test/reporter.test.ts",
  "test/tools.test.ts",
  "test/backing/**", // no core under them
  "test/bench/**", // the built package, in processes of its own
  "test/browser/**", // the built package
  "test/cli/**", // the built package
  "test/conformance/index.test.ts", // texts
  "test/demo/**", // pages and programs, which the core under them does not change
  "test/docs/**", // texts and comments
  "test/emitter/**", // code of the host
  "test/embed/**", // names the core itself
  "test/engines/**", // names the cores itself
  "test/faces/**", // two faces on the same core
  "test/host/**", // doors and objects; rules and random programs ask the same of the debug core
  "test/model/coverage*.test.ts",
  "test/model/mutants*.test.ts", // of the model, or of any core
  "test/pages/**", // the rules again, as the pages put them
  "test/scaling/**", // a core of its own
  "test/threads/**", // a core of their own
  "test/unit/**", // modules of their own
];

const TIMEOUT_MILLISECONDS = 120_000;

/** Entries of the package, by the names of their files. */
const ENTRY =
  /^guardpage\/(kernel32|ntdll|clr-host|coredll|dotnet|vb|constants|emitter|node|opfs|recording)$/;

const source = (path: string) => fileURLToPath(new URL(`src/${path}`, import.meta.url));

export default defineConfig({
  test: {
    maxWorkers: "100%",
    reporters: ["default", "./test/reporter.ts"],
    projects: (["release", "debug"] as const).map((core) => ({
      resolve: {
        alias: [
          { find: /^guardpage$/, replacement: source("index.ts") },
          {
            find: ENTRY,
            replacement: source("$1.ts"),
          },
        ],
      },
      test: {
        name: core,
        include: ["test/**/*.test.ts"],
        exclude: core === "release" ? [] : RUN_ONCE,
        env: { GUARDPAGE_CORE: core },
        testTimeout: TIMEOUT_MILLISECONDS,
        hookTimeout: TIMEOUT_MILLISECONDS,
      },
    })),
  },
});
