import { STATUS_OBJECT_NAME_EXISTS } from "../constants/status.ts";
import { packDecision } from "../decision.ts";
import type { Process } from "../process.ts";
import { Section } from "../section.ts";
import { succeeded } from "../status.ts";

const ATTRIBUTES = packDecision("7.1#4");
const PROTECTION = packDecision("7.1#5");
const NAME_EXISTS = packDecision("7.1#16");

export interface SectionRequest {
  /** SECTION_* rights of the handle. */
  readonly access: number;
  /** "" for none. */
  readonly name: string;
  /** Bytes; what is not positive is refused. */
  readonly size: bigint;
  /** PAGE_*. */
  readonly protection: number;
  /** SEC_*. */
  readonly attributes: number;
  /** What the call answers where attributes and protection are right, which are judged first. */
  readonly obstacle?: { readonly status: number; readonly rule: number } | undefined;
}

export interface OpenedSection {
  readonly status: number;
  /** 0 where there is none. */
  readonly handle: number;
}

/** The rows of 7.1 from #4 on; both faces of the call end here. */
export function createSection(caller: Process, request: SectionRequest): OpenedSection {
  const { access, name, size, protection, attributes, obstacle } = request;
  const { handles, machine } = caller;
  const { core } = caller.alive();
  const { services, view } = caller.enter();
  // A section without bytes is refused after those two rows, so this makes none.
  const bytes = obstacle === undefined ? Number(size) : 0;
  const status = services.sectionCreate(bytes, protection, attributes);
  if (obstacle !== undefined && view.decision !== ATTRIBUTES && view.decision !== PROTECTION) {
    view.decision = obstacle.rule;
    return { status: obstacle.status, handle: 0 };
  }
  if (!succeeded(status)) return { status, handle: 0 };
  const made = new Section(core, view.result(0));
  const handle = handles.open(made, access);
  const existing = machine.sectionNames.find(name);
  if (existing === undefined) {
    machine.sectionNames.add(name, made);
    return { status, handle };
  }
  handles.close(handle);
  view.decision = NAME_EXISTS;
  return { status: STATUS_OBJECT_NAME_EXISTS, handle: handles.open(existing, access) };
}
