import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Tests about the tree and the package say nothing about a core, so one project runs them. */
const TREE_TESTS = [
  "test/architecture.test.ts",
  "test/core-module.test.ts",
  "test/generate-twins.test.ts",
  "test/package.test.ts",
  "test/readme.test.ts",
  "test/reporter.test.ts",
];

const source = (path: string) => fileURLToPath(new URL(`src/${path}`, import.meta.url));

export default defineConfig({
  test: {
    reporters: ["default", "./test/reporter.ts"],
    testTimeout: 60_000,
    projects: (["release", "debug"] as const).map((core) => ({
      resolve: {
        alias: [
          { find: /^guardpage$/, replacement: source("index.ts") },
          { find: /^guardpage\/(kernel32|ntdll|constants)$/, replacement: source("$1.ts") },
        ],
      },
      test: {
        name: core,
        include: ["test/**/*.test.ts"],
        exclude: core === "release" ? [] : TREE_TESTS,
        env: { GUARDPAGE_CORE: core },
        testTimeout: 60_000,
      },
    })),
  },
});
