import asc from "assemblyscript/asc";

/** What asc writes for the given arguments, by the names of its output files. */
async function compiled(args: string[]): Promise<Map<string, string | Uint8Array>> {
  const files = new Map<string, string | Uint8Array>();
  const { error, stderr } = await asc.main(args, {
    writeFile: (name: string, contents: string | Uint8Array) => {
      files.set(name, contents);
    },
  });
  if (error) throw new Error(`asc ${args.join(" ")}\n${stderr.toString()}`);
  return files;
}

/** Exports of a white-box entry under `entries/`, compiled with assertions. */
export async function unit<Exports>(name: string, options: string[] = []): Promise<Exports> {
  const entry = `test/unit/entries/${name}.ts`;
  const files = await compiled([
    entry,
    "--config",
    "test/unit/asconfig.json",
    "--outFile",
    "unit.wasm",
    ...options,
  ]);
  const bytes = files.get("unit.wasm") as Uint8Array<ArrayBuffer>;
  const { instance } = await WebAssembly.instantiate(bytes, {});
  return instance.exports as Exports;
}
