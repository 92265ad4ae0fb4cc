/**
 * Writes `locked.generated.ts` into `assembly/abi/threads`: each exported function of the core and
 * of the tools, for shared memory, where a call has the core to itself. Beside it are the twins of
 * these, and of the accessors, which do not take the lock.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { signatures, twinsOf } from "./generate-twins.mjs";
import { root } from "./run.mjs";

const ABI = `${root}/assembly/abi`;
/** Functions that `assembly/abi/threads` has otherwise. */
const OWN = ["access", "agents"];

/** @param {string} folder */
function sourcesOf(folder) {
  return readdirSync(folder)
    .filter((name) => /^[^.]+\.ts$/.test(name) && name !== "index.ts")
    .map((name) => name.slice(0, -".ts".length));
}

/**
 * @param {import("./generate-twins.mjs").Signature} signature
 */
function locked({ name, parameters, result }) {
  const list = parameters.map((parameter) => `  ${parameter.name}: ${parameter.type},\n`).join("");
  const passed = parameters.map((parameter) => `    ${parameter.name},\n`).join("");
  const call = `${name}Unlocked(${passed === "" ? "" : `\n${passed}  `})`;
  const lines =
    result === "void"
      ? [`  ${call};`, "  coreLeave(ran);"]
      : [`  const answer = ${call};`, "  coreLeave(ran);", "  return answer;"];
  const head = `export function ${name}(${list === "" ? "" : `\n${list}`}): ${result} {`;
  return `${head}\n  const ran = coreEnter();\n${lines.join("\n")}\n}\n`;
}

/** @param {ReadonlyMap<string, string>} files source by module, as the generated file imports it */
export function lockedOf(files) {
  const own = new Set(
    OWN.flatMap((name) => signatures(readFileSync(`${ABI}/threads/${name}.ts`, "utf8"))).map(
      ({ name }) => name,
    ),
  );
  const imports = ['import { coreEnter, coreLeave } from "../../base/threads";\n'];
  const functions = [];
  for (const [module, source] of files) {
    const found = signatures(source).filter(({ name }) => !own.has(name));
    if (found.length === 0) continue;
    const names = found.map(({ name }) => `  ${name} as ${name}Unlocked,\n`).join("");
    imports.push(`import {\n${names}} from "${module}";\n`);
    functions.push(...found.map(locked));
  }
  return [
    "// Written by scripts/generate-locked.mjs: the functions of the ABI, each under the lock.\n",
    imports.join(""),
    ...functions,
  ].join("\n");
}

/** The locked functions, and the twins of everything that the core for shared memory exports. */
export function generateLocked() {
  const files = [
    ...sourcesOf(ABI).map((name) => /** @type {const} */ ([`../${name}`, `${ABI}/${name}.ts`])),
    ...sourcesOf(`${ABI}/tools`).map(
      (name) => /** @type {const} */ ([`../tools/${name}`, `${ABI}/tools/${name}.ts`]),
    ),
  ];
  const text = lockedOf(new Map(files.map(([name, path]) => [name, readFileSync(path, "utf8")])));
  writeFileSync(`${ABI}/threads/locked.generated.ts`, text);
  const exported = [...OWN, "locked.generated"].map((name) => {
    return /** @type {const} */ ([name, readFileSync(`${ABI}/threads/${name}.ts`, "utf8")]);
  });
  writeFileSync(`${ABI}/threads/twins.generated.ts`, twinsOf(new Map(exported)));
}
