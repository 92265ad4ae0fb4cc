import { TO_RESULTS } from "./out.ts";
import { succeeded } from "./status.ts";
import type { Core } from "./wasm/core.ts";

const BASIC_INFORMATION = 0;
/** Of a 64-bit process; more than enough for the others. */
const BASIC_INFORMATION_BYTES = 48;

/** What VirtualQuery says of an address, as far as the host itself asks. */
export interface Run {
  readonly allocationBase: number;
  readonly sizeBytes: number;
  readonly state: number;
}

/**
 * The run of equal pages that begins at the page of an address; undefined above all addresses, or
 * where the target is none. Nobody has called: the rule that answered last stays.
 *
 * @param target the number of a space, or the NTSTATUS of looking up its handle
 */
export function runAt({ services, view }: Core, target: number, address: number): Run | undefined {
  const { decision } = view;
  const bytes = BASIC_INFORMATION_BYTES;
  const status = services.query(target, address, BASIC_INFORMATION, TO_RESULTS, bytes, TO_RESULTS);
  view.decision = decision;
  if (!succeeded(status)) return undefined;
  return { allocationBase: view.result(1), sizeBytes: view.result(3), state: view.result(4) };
}
