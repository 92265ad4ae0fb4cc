/**
 * Writes `twins.generated.ts` into the folders of the ABI: for each exported function that takes or
 * returns a 64-bit integer, a twin that takes and returns doubles, which JavaScript passes without
 * making a BigInt.
 *
 * What stays an integer in the twin: parameters named `value` and the results of functions named
 * `load...` or `windowedLoad...`, which need all 64 bits. A twin that would differ in nothing else
 * is left out, and so are those of `loadSlow` and `storeSlow`.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { fail, root } from "./run.mjs";

const LOADS = /^(load|windowedLoad)/;
const WITHOUT_TWIN = new Set(["loadSlow", "storeSlow"]);
const EXPORTED_FUNCTION = /^export function (\w+)\s*\(([^)]*)\)\s*:\s*(\w+)\s*\{/gm;
const EXPORTED_FUNCTION_NAME = /^export function (\w+)/gm;

/**
 * @typedef {{ name: string, type: string }} Parameter
 * @typedef {{ name: string, parameters: Parameter[], result: string }} Signature
 */

const isWide = (/** @type {string} */ type) => type === "u64" || type === "i64";

/**
 * The exported functions of one file.
 *
 * @param {string} source
 * @returns {Signature[]}
 */
export function signatures(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
  const found = [...code.matchAll(EXPORTED_FUNCTION)].map(
    ([, name = "", list = "", result = ""]) => ({
      name,
      parameters: list
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "")
        .map((item) => {
          const match = /^(\w+)\s*:\s*(\w+)$/.exec(item);
          if (!match) throw new Error(`${name}: parameter "${item}" is not "name: type"`);
          return { name: String(match[1]), type: String(match[2]) };
        }),
      result,
    }),
  );
  for (const [, name] of code.matchAll(EXPORTED_FUNCTION_NAME)) {
    if (!found.some((signature) => signature.name === name)) {
      throw new Error(`${name}: cannot read its signature (plain type names, a result type)`);
    }
  }
  return found;
}

/**
 * The twin of one function, or "" where it needs none.
 *
 * @param {Signature} signature
 */
export function twin({ name, parameters, result }) {
  const wideResult = isWide(result) && !LOADS.test(name);
  const converts = (/** @type {Parameter} */ { name, type }) => isWide(type) && name !== "value";
  const differs = wideResult || parameters.some(converts);
  if (!differs || WITHOUT_TWIN.has(name)) return "";

  const declared = parameters.map((parameter) => {
    return `  ${parameter.name}: ${converts(parameter) ? "f64" : parameter.type},\n`;
  });
  // By way of i64, so that -1 becomes all ones.
  const passed = parameters.map((parameter) => {
    if (!converts(parameter)) return `    ${parameter.name},\n`;
    const signed = `<i64>${parameter.name}`;
    return `    ${parameter.type === "u64" ? `<u64>${signed}` : signed},\n`;
  });
  const call = passed.length === 0 ? `${name}()` : `${name}(\n${passed.join("")}  )`;
  const body = result === "void" ? call : `return ${wideResult ? "<f64>" : ""}${call}`;
  const list = declared.length === 0 ? "" : `\n${declared.join("")}`;
  return `export function ${name}F64(${list}): ${wideResult ? "f64" : result} {\n  ${body};\n}\n`;
}

/**
 * The whole generated file.
 *
 * @param {Map<string, string>} files source by module name ("services" for services.ts)
 */
export function twinsOf(files) {
  const imports = [];
  const functions = [];
  for (const [module, source] of [...files].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const twins = signatures(source)
      .map((signature) => ({ name: signature.name, text: twin(signature) }))
      .filter(({ text }) => text !== "");
    if (twins.length === 0) continue;
    imports.push(
      `import {\n${twins.map(({ name }) => `  ${name},\n`).join("")}} from "./${module}";\n`,
    );
    functions.push(...twins.map(({ text }) => text));
  }
  return [
    "// Written by scripts/generate-twins.mjs: doubles for the 64-bit integers of the ABI.\n",
    imports.join(""),
    ...functions,
  ].join("\n");
}

/** @param {string} folder of the modules that one WebAssembly module exports */
export function generateTwins(folder) {
  const names = readdirSync(folder).filter((name) => /^[^.]+\.ts$/.test(name));
  const files = names.map(
    (name) =>
      /** @type {const} */ ([
        name.slice(0, -".ts".length),
        readFileSync(`${folder}/${name}`, "utf8"),
      ]),
  );
  writeFileSync(`${folder}/twins.generated.ts`, twinsOf(new Map(files)));
}

/** For the core and for the tools. */
export function generateAllTwins() {
  generateTwins(`${root}/assembly/abi`);
  generateTwins(`${root}/assembly/abi/tools`);
}

if (import.meta.url === pathToFileURL(String(process.argv[1])).href) {
  try {
    generateAllTwins();
  } catch (error) {
    fail(error);
  }
}
