import { type InOut, readLargeInteger, setOut } from "../out.ts";
import type { PortableExecutable } from "../portable-executable.ts";
import type { Process } from "../process.ts";
import { guardImage } from "./image-targets.ts";

/** Parameters of a service that maps, as it has read them. */
interface Outs {
  readonly BaseAddress: InOut;
  readonly ViewSize: InOut;
  /** Where the offset lies in guest memory, or what it is. */
  readonly offsetAt: number;
  readonly offset: number;
}

/** A view was made in this space, of a section that may be one of a program. */
export function mapped(
  caller: Process,
  space: number,
  executable: PortableExecutable | undefined,
  { BaseAddress, ViewSize, offsetAt, offset: given }: Outs,
): void {
  const { view } = caller.enter();
  const [base, sizeBytes] = [view.result(0), view.result(1)];
  caller.machine.sharedViews.mapped(space, base);
  setOut(BaseAddress, base);
  setOut(ViewSize, sizeBytes);
  if (executable?.guardTargets === undefined) return;
  const { decision } = view;
  const offset = offsetAt > 0 ? Number(readLargeInteger(caller, offsetAt) ?? 0n) : given;
  guardImage(caller, executable, { space, base, sizeBytes, offset });
  view.decision = decision;
}
