import type { Plugin } from "vite";

const MODULE = /\/iced-x86\/iced_x86\.js$/;
const REQUIRED = "const { TextDecoder, TextEncoder } = require(`util`);";
const LOADED =
  /const path = require\('path'\)[\s\S]*?new WebAssembly\.Instance\(wasmModule, imports\);/;
const EXPORTED = /^module\.exports\.(?!__)(\w+) =/gm;

/**
 * Makes iced-x86, which is written for Node.js, a module for browsers: its WebAssembly is a file of
 * the page's own origin, fetched when something imports the module.
 */
export function icedX86(): Plugin {
  return {
    name: "iced-x86",
    enforce: "pre",
    config: () => ({ optimizeDeps: { exclude: ["iced-x86"] } }),
    transform(code, id) {
      if (!MODULE.test(id.replace(/\?.*$/, ""))) return undefined;
      if (!code.includes(REQUIRED) || !LOADED.test(code)) {
        this.error("iced-x86 loads its WebAssembly in another way than it did");
      }
      return { code: asModule(code), map: null };
    },
  };
}

function asModule(code: string): string {
  const names = [...code.matchAll(EXPORTED)].map((match) => match[1]);
  return [
    'import wasmUrl from "./iced_x86_bg.wasm?url";',
    "const module = { exports: {} };",
    code
      .replace(REQUIRED, "")
      .replace(
        LOADED,
        "const { instance: wasmInstance } =" +
          " await WebAssembly.instantiateStreaming(fetch(wasmUrl), imports);",
      ),
    // Most of the names are those of its classes too, so they cannot be declared again.
    ...names.map((name) => `const exported${name} = module.exports.${name};`),
    `export { ${names.map((name) => `exported${name} as ${name}`).join(", ")} };`,
  ].join("\n");
}
