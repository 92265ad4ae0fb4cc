/**
 * The entry of the tools, a module of its own that works on the memory of a core: what few guests
 * need (docs/decisions/007-tools-beside-the-core.md).
 */
import "../../base/panic";

export * from "./awe";
export * from "./checkpoints";
export * from "./code";
export * from "./enclaves";
export * from "./fork";
export * from "./space";
export * from "./stacks";
export * from "./state";
export * from "./twins.generated";
