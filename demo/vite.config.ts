import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

/** The names of the package lead to its sources, so that the dev server shows each change. */
export default defineConfig({
  base: "./",
  resolve: {
    alias: [
      { find: /^guardpage$/, replacement: source("index.ts") },
      {
        find: /^guardpage\/(kernel32|ntdll|clr-host|coredll|dotnet|vb|constants|node|opfs)$/,
        replacement: source("$1.ts"),
      },
    ],
  },
  build: { target: "es2022", outDir: "dist", emptyOutDir: true },
});
