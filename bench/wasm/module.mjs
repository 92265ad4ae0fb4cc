import { unsigned } from "./instructions.mjs";

/**
 * @typedef {object} Signature
 * @property {number[]} params types
 * @property {number[]} results
 */

/**
 * @typedef {Signature & { name: string }} ImportedFunction
 * @typedef {Signature & { name: string, locals: number[], body: number[] }} OwnFunction
 */

/**
 * @typedef {object} Parts
 * @property {ImportedFunction[]} [imports] functions of "env", with indices from 0
 * @property {string[]} [globals] i32 each, exported
 * @property {OwnFunction[]} functions exported; their indices come behind those of the imports
 */

const vector = (/** @type {number[][]} */ items) => [...unsigned(items.length), ...items.flat()];
const name = (/** @type {string} */ text) => [
  ...unsigned(text.length),
  ...new TextEncoder().encode(text),
];
const section = (/** @type {number} */ id, /** @type {number[]} */ bytes) => [
  ...[id, ...unsigned(bytes.length)],
  ...bytes,
];
const sized = (/** @type {number[]} */ bytes) => [...unsigned(bytes.length), ...bytes];
const type = (/** @type {Signature} */ { params, results }) => [
  0x60,
  ...vector(params.map((one) => [one])),
  ...vector(results.map((one) => [one])),
];

/**
 * A module over a memory of somebody else's, "env.memory".
 *
 * @param {Parts} parts
 */
function moduleBytes({ imports = [], globals = [], functions }) {
  const all = [...imports, ...functions];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(all.map(type))),
    ...section(
      2,
      vector([
        [...name("env"), ...name("memory"), 2, 0, 0],
        ...imports.map((item, index) => [
          ...name("env"),
          ...name(item.name),
          0,
          ...unsigned(index),
        ]),
      ]),
    ),
    ...section(3, vector(functions.map((_, index) => unsigned(imports.length + index)))),
    ...section(6, vector(globals.map(() => [0x7f, 1, 0x41, 0, 0x0b]))),
    ...section(
      7,
      vector([
        ...globals.map((item, index) => [...name(item), 3, ...unsigned(index)]),
        ...functions.map((item, index) => [
          ...[...name(item.name), 0],
          ...unsigned(imports.length + index),
        ]),
      ]),
    ),
    ...section(
      10,
      vector(
        functions.map(({ locals, body }) =>
          sized([...vector(locals.map((one) => [1, one])), ...body, 0x0b]),
        ),
      ),
    ),
  ]);
}

/**
 * @param {Parts} parts
 * @param {Record<string, unknown>} env the memory, and the imports by name
 * @returns {Promise<Record<string, any>>} the exports
 */
export async function instantiate(parts, env) {
  const imports = { env: /** @type {WebAssembly.ModuleImports} */ (env) };
  const { instance } = await WebAssembly.instantiate(moduleBytes(parts), imports);
  return instance.exports;
}
