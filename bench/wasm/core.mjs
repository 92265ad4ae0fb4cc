/** A core by itself, without the TypeScript host, driven as docs/abi.md says. */
import { verify } from "../harness.mjs";

const WIN32 = 0;
const WIN10 = 7;
const SET_ASIDE_WINDOW = 0x1000;
const COMMIT_LIMIT_PAGES = 0x40_0000n;
const PHYSICAL_PAGES = 0x20_0000n;
const WORKING_SET_MIN_PAGES = 50;
const WORKING_SET_MAX_PAGES = 345;
const WINDOW_BASE = 0x30_0000;

/** Kinds of space. */
export const TRANSLATED = 0;
export const WINDOWED = 1;

/**
 * One 32-bit process.
 *
 * @param {import("../rows/rows.mjs").Host} host
 * @param {typeof TRANSLATED | typeof WINDOWED} kind
 */
export async function bareCore(host, kind) {
  const bytes = await host.file("dist/core.wasm");
  const { instance } = await WebAssembly.instantiate(/** @type {BufferSource} */ (bytes), {});
  const exports = /** @type {Record<string, any>} */ (instance.exports);
  const switches = kind === WINDOWED ? SET_ASIDE_WINDOW : 0;
  const limits = [COMMIT_LIMIT_PAGES, PHYSICAL_PAGES];
  const made = exports.machineCreate(WIN32, WIN10, switches, ...limits, 0, 0);
  verify(made === 1, "machineCreate");
  const context = exports.contextCreate();
  const space = exports.spaceCreate(kind, WORKING_SET_MIN_PAGES, WORKING_SET_MAX_PAGES);
  verify(space !== 0, "spaceCreate");
  exports.contextEnter(context, space);
  return { exports, context, space, windowBase: kind === WINDOWED ? WINDOW_BASE : 0 };
}
