/** A program of the driver, in any engine of JavaScript. */

/**
 * @typedef {object} Order
 * @property {"release" | "simd" | "debug"} core which build of the core
 * @property {number} program number of the system and its memory, as driver/world.ts has them
 * @property {0 | 1} kind 1: the first process has a window, if the system has one
 * @property {number} seed
 * @property {number} steps
 */

/**
 * What a program gives, as driver/tally.ts has it: 64 bits each, in hexadecimal.
 *
 * @typedef {string[]} Figures
 */

const FIGURES = 160;

/**
 * @param {{ core: BufferSource, tools: BufferSource, driver: BufferSource }} modules
 * @param {Order} order
 * @returns {Promise<Figures>}
 */
export async function runProgram(modules, { program, kind, seed, steps }) {
  /** @param {BufferSource} bytes @param {WebAssembly.Imports} [imports] */
  const exportsOf = async (bytes, imports = {}) => {
    const { instance } = await WebAssembly.instantiate(bytes, imports);
    return /** @type {any} */ (instance.exports);
  };
  const guardpage = await exportsOf(modules.core);
  const tools = await exportsOf(modules.tools, { env: guardpage });
  const driver = await exportsOf(modules.driver, { env: guardpage, guardpage, tools });
  if (driver.begin(program, kind, seed) !== 1) throw new Error("there is no room for a window");
  driver.run(steps);
  return Array.from({ length: FIGURES }, (_, number) =>
    BigInt.asUintN(64, driver.figure(number)).toString(16),
  );
}
