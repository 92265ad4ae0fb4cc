import { openChromium } from "./chromium.mjs";
import { openBun, openNode } from "./command-line.mjs";

/**
 * @typedef {object} Engine
 * @property {string} version
 * @property {(order: import("../run.mjs").Order) => Promise<import("../run.mjs").Result[]>} run
 * @property {() => Promise<void>} close
 */

/** Each throws Missing where the engine is not there. */
export const ENGINES = { node: openNode, bun: openBun, chromium: openChromium };

/** @typedef {keyof typeof ENGINES} EngineName */
