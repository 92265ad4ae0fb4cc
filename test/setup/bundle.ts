import { build, type Rolldown } from "vite";
import { root } from "./tree.ts";

/** Entries of the built package, for bundles that are to hold what is shipped. */
const BUILT =
  /^guardpage(?:\/(kernel32|ntdll|clr-host|coredll|dotnet|vb|constants|emitter|node|opfs))?$/;

/**
 * Modules by their name, ready for an engine that knows no TypeScript. `entries` are paths from the
 * root of the repository. Imports of "guardpage" lead to the built package, those of `node:` stay.
 */
export async function bundle(
  entries: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, string>> {
  const built = await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: "silent",
    plugins: [
      {
        name: "built-package",
        enforce: "pre",
        resolveId(specifier) {
          const match = BUILT.exec(specifier);
          return match === null ? null : `${root}/dist/${match[1] ?? "index"}.js`;
        },
      },
    ],
    build: {
      target: "es2022",
      write: false,
      minify: false,
      reportCompressedSize: false,
      lib: { entry: entries, formats: ["es"], fileName: (_format, name) => `${name}.js` },
      rolldownOptions: { external: [/^node:/] },
    },
  });
  const outputs = (Array.isArray(built) ? built : [built]) as Rolldown.RolldownOutput[];
  return new Map(
    outputs
      .flatMap(({ output }) => output)
      .filter((file) => file.type === "chunk")
      .map(({ fileName, code }) => [fileName, code]),
  );
}
