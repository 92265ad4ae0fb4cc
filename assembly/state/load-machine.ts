import { chargeLimit, framesLimit } from "../phys/charge";
import { machine, SWITCH_WINDOW } from "../virt/machine";
import { get32, get64, LOADED, REFUSED_MACHINE } from "./field";
import { stream } from "./stream";

/** Take what the machine shares; what it was made with has to be the same. */
export function machineLoad(): u32 {
  const m = machine();
  const isSame =
    get64() == chargeLimit() &&
    get64() == framesLimit() &&
    get64() == m.lowestAddress &&
    get64() == m.highestAddress &&
    get64() == m.regionLimit &&
    get64() == m.viewLowest &&
    get64() == m.viewLimit &&
    get64() == m.imageLowest &&
    get64() == m.imageLimit &&
    get64() == m.commonLowest &&
    get32() == (m.switches & ~SWITCH_WINDOW) &&
    get32() == m.features &&
    get32() == m.pointerBytes &&
    get32() == m.numaNodes &&
    get32() == m.enclaveTypes &&
    get32() == m.allocationTypes &&
    get32() == m.sectionFlags &&
    get32() == m.protections;
  if (!isSame) return REFUSED_MACHINE;
  m.commonSpace = get32();
  m.placementState = get32();
  m.resetState = get32();
  get32();
  stream().charge = get64();
  return LOADED;
}
