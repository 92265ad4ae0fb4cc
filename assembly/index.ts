/**
 * The surface for other AssemblyScript projects. They link against a running core module (its
 * memory and its exports); what is compiled into them are the constants, the helpers on numbers and
 * the accessors, in line.
 */
export * from "./accessors";
export { EMBEDDER, PAGE_BYTES, PAGE_SHIFT, WINDOW } from "./base/layout";
export { alignDown, alignUp, GRANULARITY, pageDown, pageOf, pageUp } from "./base/range";
export * from "./base/status";
export * from "./nt/types";
