/** Node.js and bun: each group is a process. */
import { firstProgram, Missing, onPath, output, root } from "./program.mjs";

/** @typedef {import("./engines.mjs").Engine} Engine */

/** @param {string} program @param {string} version @returns {Engine} */
function engine(program, version) {
  return {
    version,
    async run(order) {
      return JSON.parse(await output(program, ["bench/engines/child.mjs", JSON.stringify(order)]));
    },
    async close() {},
  };
}

/** @returns {Promise<Engine>} */
export async function openNode() {
  return engine(process.execPath, `Node.js ${process.version}`);
}

/** @returns {Promise<Engine>} */
export async function openBun() {
  const installed = `${root}node_modules/bun/bin/bun.exe`; // by this name on every system
  const program = firstProgram([installed]) ?? onPath("bun");
  if (program === undefined) throw new Missing("bun is neither in node_modules nor on PATH");
  // Installed without its script, the file is there and does nothing but say so.
  const version = await output(program, ["--version"]).catch((error) => {
    throw new Missing(`bun does not run: ${error.message}`);
  });
  return engine(program, `bun ${version.trim()}`);
}
