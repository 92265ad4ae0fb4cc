/**
 * The entry of the core for shared memory: what the core and the tools export, each call under the
 * lock, and what an agent says of itself.
 */
import "../../base/panic";

export * from "./access";
export * from "./agents";
export * from "./locked.generated";
export * from "./twins.generated";
