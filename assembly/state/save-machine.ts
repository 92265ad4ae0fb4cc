import { chargeLimit, chargeTotal, framesLimit } from "../phys/charge";
import { machine, SWITCH_WINDOW } from "../virt/machine";
import { put32, put64, RECORD_MACHINE, recordBegin, recordEnd } from "./record";

/** Save what the machine was made with, and what all of its spaces share. */
export function machineSave(): void {
  const m = machine();
  recordBegin(RECORD_MACHINE);
  put64(chargeLimit());
  put64(framesLimit());
  put64(m.lowestAddress);
  put64(m.highestAddress);
  put64(m.regionLimit);
  put64(m.viewLowest);
  put64(m.viewLimit);
  put64(m.imageLowest);
  put64(m.imageLimit);
  put64(m.commonLowest);
  // How pages are reached is no part of the state.
  put32(m.switches & ~SWITCH_WINDOW);
  put32(m.features);
  put32(m.pointerBytes);
  put32(m.numaNodes);
  put32(m.enclaveTypes);
  put32(m.allocationTypes);
  put32(m.sectionFlags);
  put32(m.protections);
  put32(m.commonSpace);
  put32(m.placementState);
  put32(m.resetState);
  put32(0);
  put64(chargeTotal());
  recordEnd();
}
