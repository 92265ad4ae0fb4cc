import { contentMake, Section, sectionMake, sectionMakeOver, sectionOf } from "../object/section";
import { pagesMost } from "../page/pages";
import { chargeAdd } from "../phys/charge";
import { machine } from "../virt/machine";
import { get32, get64, LOADED, REFUSED_FORM, REFUSED_MEMORY, REFUSED_VALUE } from "./field";
import { stream } from "./stream";

/** Ranks are numbers: a fresh machine gives them out in this order. */
export function sectionLoad(): u32 {
  const s = stream();
  const number = get32();
  if (number != s.number + 1) return REFUSED_FORM;
  const content = get32();
  const attributes = get32();
  const protection = get32();
  // The host opens them again; whether there are as many is seen when the state is saved.
  get32();
  const isFile = get32();
  const sizeBytes = get64();
  const sizePages = get64();
  const committedPages = get64();
  const imageBase = get64();
  const imageProtection = get32();
  if (isFile > 1 || sizePages > pagesMost(machine().levels)) return REFUSED_VALUE;
  if (isFile != 0 && content != number) return REFUSED_VALUE;
  let section: Section | null = null;
  if (isFile != 0) {
    section = contentMake(number, sizePages, attributes);
  } else if (content == number) {
    section = sectionMake(sizePages, attributes, protection);
  } else {
    const over = content < number ? sectionOf(content) : null;
    if (over === null || over.file == 0) return REFUSED_VALUE;
    section = sectionMakeOver(over, sizeBytes, attributes, protection);
  }
  if (section === null) return REFUSED_MEMORY;
  if (section.number != number || committedPages > sizePages) return REFUSED_VALUE;
  section.protection = protection;
  section.sizeBytes = sizeBytes;
  section.sizePages = sizePages;
  section.imageBase = imageBase;
  section.imageProtection = imageProtection;
  section.committedPages = committedPages;
  if (isFile == 0) section.handles = 0;
  chargeAdd(committedPages);
  s.number = number;
  return LOADED;
}
