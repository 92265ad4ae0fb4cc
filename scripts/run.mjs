import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The folder of package.json, without a trailing slash. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** Path of a file inside an installed package, for `run`: no shell and no PATH are involved. */
export function tool(/** @type {string} */ path) {
  return `${root}/node_modules/${path}`;
}

/**
 * Run a script with this Node, silently: what it printed is shown only when it fails.
 *
 * @param {string} script
 * @param {string[]} args
 * @returns {Promise<string>} what it printed
 */
export function run(script, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new CommandFailed([script.slice(root.length + 1), ...args].join(" "), output));
    });
  });
}

/** A command that did not exit with 0, with all that it printed. */
export class CommandFailed extends Error {
  /**
   * @param {string} command
   * @param {string} output
   */
  constructor(command, output) {
    super(`${command}\n${output}`);
  }
}

/** Print why a script failed, without a stack where the output of a command says it all. */
export function fail(/** @type {unknown} */ reason) {
  console.error(reason instanceof CommandFailed ? reason.message : reason);
  process.exitCode = 1;
}
