import { PANIC } from "./layout";

/** The abort hook of the debug build: leaves line and column in the PANIC record, then traps. */
export function abort(_message: usize, _file: usize, line: u32, column: u32): void {
  store<u32>(PANIC, line);
  store<u32>(PANIC, column, 4);
  unreachable();
}
