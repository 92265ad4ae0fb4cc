import { defineConfig } from "vite";

/** The library: what `exports` and `bin` of package.json name, with shared chunks beside them. */
export default defineConfig({
  publicDir: false,
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: true,
    minify: false,
    reportCompressedSize: false,
    lib: {
      entry: {
        index: "src/index.ts",
        kernel32: "src/kernel32.ts",
        ntdll: "src/ntdll.ts",
        dotnet: "src/dotnet.ts",
        vb: "src/vb.ts",
        "clr-host": "src/clr-host.ts",
        coredll: "src/coredll.ts",
        constants: "src/constants.ts",
        emitter: "src/emitter.ts",
        node: "src/node.ts",
        opfs: "src/opfs.ts",
        recording: "src/recording.ts",
        cli: "src/cli/main.ts",
        "cli-worker": "src/cli/worker.ts",
      },
      formats: ["es"],
    },
    rolldownOptions: {
      // A constant in line is read from nowhere (src/wasm/access-numbers.ts).
      optimization: { inlineConst: { mode: "all" } },
      external: [/^node:/, "commander", "cli-progress", "tinyglobby", "workerpool"],
      output: { chunkFileNames: "chunks/[name].js" },
    },
  },
});
