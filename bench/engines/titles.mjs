/** Engines as people name them, in the order of tables. */
export const ENGINE_TITLES = { node: "Node.js", bun: "bun", chromium: "Chromium" };
