import type { Plugin } from "vite";

const MODULE = /\/iced-x86\/iced_x86\.js$/;
const REQUIRED = "const { TextDecoder, TextEncoder } = require(`util`);";
const LOADED =
  /const path = require\('path'\)[\s\S]*?new WebAssembly\.Instance\(wasmModule, imports\);/;
/** The name says what it is: a class that was declared before, or an object of numbers. */
const CLASS = /^module\.exports\.(?!__)(\w+) = \1;/gm;
const ENUMERATION = /^module\.exports\.(?!__)(\w+) = Object\.freeze/gm;

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

/** Each export by itself, so that a bundle has those alone that are used. */
function asModule(code: string): string {
  const body = code
    .replace(REQUIRED, "")
    .replace(CLASS, "export { $1 };")
    .replace(ENUMERATION, "export const $1 = /* @__PURE__ */ Object.freeze")
    .replace(
      LOADED,
      "const { instance: wasmInstance } =" +
        " await WebAssembly.instantiateStreaming(fetch(wasmUrl), imports);",
    );
  // What the module of WebAssembly imports is left of its own exports.
  return `import wasmUrl from "./iced_x86_bg.wasm?url";\nconst module = { exports: {} };\n${body}`;
}
