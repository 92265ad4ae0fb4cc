import { CE_CURRENT_PROCESS } from "../constants/ce.ts";
import { PROCESS_ALL_ACCESS } from "../constants/process.ts";
import type { Address } from "../door.ts";
import { CURRENT_PROCESS } from "../handles.ts";
import type { Process } from "../process.ts";

/** A handle that leads nowhere. */
const NO_HANDLE = 0;

/**
 * Make a call of kernel32 with a handle of the process that is meant (17.2): by a handle, by 0x42,
 * else by the identifier of a process. What names none is passed on as no handle, so that the call
 * answers 6 where its order of checks comes to it.
 */
export function withProcess<Result>(
  caller: Process,
  named: Address | null,
  call: (handle: number) => Result,
): Result {
  const { door, handles, machine } = caller;
  const value = door.handle(named, "process");
  caller.alive();
  if (value === CE_CURRENT_PROCESS) return call(CURRENT_PROCESS);
  if (handles.has(value)) return call(value);
  const process = machine.processes.find(({ id }) => id === value);
  if (process === undefined) return call(NO_HANDLE);
  const handle = handles.open(process, PROCESS_ALL_ACCESS);
  try {
    return call(handle);
  } finally {
    handles.close(handle);
  }
}
