/** The entry of the core module: its exports, and nothing else. */
import "../base/panic";

export * from "./access";
export * from "./code";
export * from "./copy";
export * from "./images";
export * from "./machine";
export * from "./requests";
export * from "./sections";
export * from "./services";
export * from "./stacks";
export * from "./twins.generated";
export * from "./views";
export * from "./windowed";
export * from "./working-set";
