import type { Plugin, Rolldown } from "vite";

/** Script that the first view may take, uncompressed. */
const LIMIT_BYTES = 300_000;

/** Modules of WebAssembly as text, which no engine reads as script. */
const EMBEDDED = /\/build\/(core\.\w+|tools)\.ts$/;

/**
 * Ends the build with an error where the first view takes more script than it may.
 *
 * @param opened modules that the first view fetches by `import()`, by the ends of their paths
 */
export function firstViewBudget(opened: readonly string[]): Plugin {
  return {
    name: "first-view-budget",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const first = chunks.filter(({ isEntry, facadeModuleId }) => {
        return isEntry || opened.some((path) => facadeModuleId?.endsWith(path));
      });
      if (first.length <= opened.length) this.error(`no chunk of its own: ${opened.join(", ")}`);
      const counted = [...closure(first, chunks)].filter((chunk) => !isEmbedded(chunk));
      const sizes = counted.map(({ code }) => new TextEncoder().encode(code).length);
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      const text = `first view: ${bytes} of ${LIMIT_BYTES} bytes of script`;
      if (bytes > LIMIT_BYTES) this.error(text);
      this.info(text);
    },
  };
}

/** Chunks, and all that they cannot run without. */
function closure(
  first: readonly Rolldown.OutputChunk[],
  chunks: readonly Rolldown.OutputChunk[],
): Set<Rolldown.OutputChunk> {
  const all = new Set(first);
  for (const { imports } of all) {
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) all.add(chunk);
  }
  return all;
}

function isEmbedded({ moduleIds }: Rolldown.OutputChunk): boolean {
  return moduleIds.length > 0 && moduleIds.every((id) => EMBEDDED.test(id));
}
