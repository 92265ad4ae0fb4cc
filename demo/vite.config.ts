import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { firstViewBudget } from "./plugins/first-view-budget.ts";
import { icedX86 } from "./plugins/iced-x86.ts";
import { rulePages } from "./plugins/rule-pages.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const source = (path: string) => here(`../src/${path}`);

/** The names of the package lead to its sources, so that the dev server shows each change. */
export default defineConfig({
  base: "./",
  resolve: {
    alias: [
      { find: /^guardpage$/, replacement: source("index.ts") },
      {
        find: /^guardpage\/(kernel32|ntdll|constants|emitter|recording)$/,
        replacement: source("$1.ts"),
      },
    ],
  },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: [here("index.html"), here("rules.html")],
      output: {
        // The modules of WebAssembly, which the package holds as text: apart from the script.
        codeSplitting: { groups: [{ name: "tools", test: /\/build\/tools\.ts$/ }] },
      },
    },
  },
  plugins: [
    icedX86(),
    rulePages(here("../docs/rules")),
    firstViewBudget(["/scenarios/commit-on-fault.ts"]),
  ],
});
