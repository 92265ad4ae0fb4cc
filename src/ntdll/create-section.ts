import { SEC_IMAGE } from "../constants/section.ts";
import { STATUS_DISK_FULL, STATUS_OBJECT_NAME_EXISTS } from "../constants/status.ts";
import { packDecision } from "../decision.ts";
import { OpenFile } from "../files.ts";
import type { Image } from "../image.ts";
import { statusOf } from "../pager.ts";
import type { Process } from "../process.ts";
import { Section } from "../section.ts";
import { succeeded } from "../status.ts";
import { STATUS_ASKS } from "../wasm/requests-exports.ts";
import { createOverImage } from "./create-image.ts";

const ATTRIBUTES = packDecision("7.1#4");
const PROTECTION = packDecision("7.1#5");
const FILE = packDecision("7.1#9");
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
  /** The file, the NTSTATUS of looking up its handle, or undefined: the paging file backs it. */
  readonly file: OpenFile | number | undefined;
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
  const { file } = request;
  const lost = typeof file === "number" ? { status: file, rule: FILE } : undefined;
  const obstacle = request.obstacle ?? lost;
  const { view } = caller.enter();
  const backing = obstacle === undefined && file instanceof OpenFile ? file : undefined;
  const { status, image } = created(caller, request, backing, obstacle !== undefined);
  if (obstacle !== undefined && view.decision !== ATTRIBUTES && view.decision !== PROTECTION) {
    view.decision = obstacle.rule;
    return { status: obstacle.status, handle: 0 };
  }
  if (!succeeded(status)) return { status, handle: 0 };
  const made = new Section(caller.machine, view.result(0), backing, image?.executable);
  return opened(caller, request, status, made);
}

function created(
  caller: Process,
  request: SectionRequest,
  file: OpenFile | undefined,
  isObstructed: boolean,
): { status: number; image?: Image } {
  if (file === undefined) return { status: createAnonymous(caller, request, isObstructed) };
  if ((request.attributes & SEC_IMAGE) !== 0) return createOverImage(caller, request, file);
  return { status: createOverFile(caller, request, file) };
}

/** A section without bytes is refused after those two rows, so an obstructed call makes none. */
function createAnonymous(caller: Process, request: SectionRequest, isObstructed: boolean): number {
  const { size, protection, attributes } = request;
  const { services } = caller.enter();
  return services.sectionCreate(isObstructed ? 0 : Number(size), protection, attributes);
}

function createOverFile(caller: Process, request: SectionRequest, file: OpenFile): number {
  const { size, protection, attributes } = request;
  const { services, view } = caller.enter();
  for (;;) {
    const status = services.sectionCreateFile(
      file.number,
      file.content,
      file.backing.sizeBytes,
      file.access,
      Number(size),
      protection,
      attributes,
    );
    if (status !== STATUS_ASKS) {
      if (succeeded(status)) file.content = view.result(1);
      return status;
    }
    const refusal = grow(file, view.result(0));
    if (refusal !== 0) return refusal;
  }
}

/** The file grows to what the core has asked for: 0 or an NTSTATUS. */
export function grow(file: OpenFile, sizeBytes: number): number {
  try {
    file.backing.resize(sizeBytes);
    return file.backing.sizeBytes < sizeBytes ? STATUS_DISK_FULL : 0;
  } catch (error) {
    return statusOf(error);
  }
}

function opened(
  caller: Process,
  { access, name }: SectionRequest,
  status: number,
  made: Section,
): OpenedSection {
  const { handles, machine } = caller;
  const handle = handles.open(made, access);
  const existing = machine.sectionNames.find(name);
  if (existing === undefined) {
    machine.sectionNames.add(name, made);
    return { status, handle };
  }
  handles.close(handle);
  caller.enter().view.decision = NAME_EXISTS;
  return { status: STATUS_OBJECT_NAME_EXISTS, handle: handles.open(existing, access) };
}
