import { larger } from "../base/range";
import { contentOf, Section, sectionIsImage } from "../object/section";
import { Context, resultSet } from "../virt/context";
import { machine } from "../virt/machine";
import { Region } from "../virt/region";
import { Space } from "../virt/space";
import { limitOf } from "./answer";
import { PAGE_WRITECOPY } from "./types";

/** Where views go that name no base: by system, by kind, for one process or for all (17.19). */

/** Whether views of data lie where all processes see them. */
function areCommon(): bool {
  return machine().viewLowest == machine().commonLowest;
}

/** Data goes where all processes see it, in systems that have such a place; copies stay private. */
export function isForAll(section: Section, protection: u32): bool {
  return !sectionIsImage(section) && protection != PAGE_WRITECOPY && areCommon();
}

/** First and last byte where the system puts a view that names no base. */
export function placeFrom(section: Section, isCommon: bool): u64 {
  const m = machine();
  if (sectionIsImage(section)) return m.imageLowest;
  return isCommon || !areCommon() ? m.viewLowest : m.lowestAddress;
}

export function placeTo(section: Section, isCommon: bool): u64 {
  const m = machine();
  if (sectionIsImage(section)) return m.imageLimit;
  return isCommon || !areCommon() ? m.viewLimit : m.regionLimit;
}

/** The last byte that a view may occupy, wherever it was asked for. */
export function viewLimit(): u64 {
  return larger(machine().regionLimit, machine().viewLimit);
}

/** The same for views of one space. */
export function viewLimitOf(space: Space): u64 {
  return areCommon() ? limitOf(space.number) : viewLimit();
}

/** The same view again is the same address, for every process (17.19). */
export function viewAgain(
  context: Context,
  space: Space,
  section: Section,
  offsetPages: u64,
  bytes: u64,
  protection: u32,
): bool {
  let view = changetype<Region | null>(contentOf(section).firstView);
  while (view !== null) {
    const isSame = view.offsetPages == offsetPages && view.protection == protection;
    if (isSame && view.space == space.number && view.end - view.start == bytes) {
      resultSet(context, 0, view.start);
      resultSet(context, 1, bytes);
      return true;
    }
    view = changetype<Region | null>(view.nextView);
  }
  return false;
}
