/**
 * The surface for other AssemblyScript projects. They link against a running core module (its
 * memory and its exports); what is compiled into them are the constants and the helpers on numbers.
 */
export { PAGE_BYTES, PAGE_SHIFT } from "./base/layout";
export { alignDown, alignUp, GRANULARITY, pageDown, pageOf, pageUp } from "./base/range";
export * from "./base/status";
export * from "./nt/types";
