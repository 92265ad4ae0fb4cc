import { expect } from "vitest";
import {
  ERROR_CALL_NOT_IMPLEMENTED,
  ERROR_INVALID_PARAMETER,
  ERROR_SUCCESS,
  FILE_MAP_EXECUTE,
  FILE_MAP_READ,
  INVALID_HANDLE_VALUE,
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_READWRITE,
  SEC_COMMIT,
  SECTION_ALL_ACCESS,
  STATUS_SUCCESS,
} from "../../../src/constants.ts";
import type { MachineOptions, VersionName } from "../../../src/index.ts";
import { VERSIONS } from "../../../src/profile.ts";
import { EXECUTE, touch } from "./fault.ts";
import { hex } from "./refusal.ts";
import type { Place } from "./rule.ts";
import { PAGE, type Scene, SELF } from "./scene.ts";

/** "ok", what a refused call answers at both doors and why, or what was seen of an effect. */
export type Answer =
  | string
  | number
  | null
  | readonly [status: string, error: number, decision: string]
  | { readonly [name: string]: Answer };

/** Reserves and commits at once. */
export const COMMITTED = MEM_RESERVE | MEM_COMMIT;

/** What a call answers that is refused with this status, by this row. */
export function refused(status: string, decision: string, error = ERROR_INVALID_PARAMETER): Answer {
  return [status, error, decision];
}

/** A service and a function that the version lacks. */
export const MISSING = refused("C000001C", "17.1#12", ERROR_CALL_NOT_IMPLEMENTED);

/** One thing that goes by the version. */
export interface VersionRow {
  readonly rule: string;
  readonly title: string;
  readonly probe: (scene: Scene) => Answer;
  /** Each answer, and the first version that gives it. Older ones than the first cannot show it. */
  readonly answers: readonly (readonly [since: VersionName, answer: Answer])[];
  readonly machine?: Omit<MachineOptions, "profile" | "version">;
  /** Where the edges are tested. */
  readonly on?: readonly Place[];
}

/** What a row expects of a version; undefined where that cannot show it. */
export function expected({ answers }: VersionRow, version: VersionName): Answer | undefined {
  const until = VERSIONS.indexOf(version);
  return answers.findLast(([since]) => VERSIONS.indexOf(since) <= until)?.[1];
}

/** The versions on both sides of each change. */
export function edgesOf({ answers }: VersionRow): VersionName[] {
  return answers.slice(1).flatMap(([since]) => {
    return [VERSIONS[VERSIONS.indexOf(since) - 1] as VersionName, since];
  });
}

/** Calls the service, then the function; they have to fail together, for the same reason. */
export function both(scene: Scene, service: () => number, call: () => boolean): Answer {
  const { kernel32, machine } = scene;
  const status = service();
  const { decision } = machine;
  kernel32.SetLastError(ERROR_SUCCESS);
  const isDone = call();
  expect(isDone, machine.decision).toBe(status === STATUS_SUCCESS);
  if (isDone) return "ok";
  expect(machine.decision).toBe(decision);
  return [hex(status), kernel32.GetLastError(), decision];
}

export interface AllocateArguments {
  base?: number;
  size?: number;
  type: number;
  protect?: number;
}

/** NtAllocateVirtualMemory and VirtualAlloc. */
export function allocates(scene: Scene, parameters: AllocateArguments): Answer {
  const { base = 0, size = PAGE, type, protect = PAGE_READWRITE } = parameters;
  const { NtAllocateVirtualMemory, NtFreeVirtualMemory } = scene.ntdll;
  const at = { value: base };
  const service = () => NtAllocateVirtualMemory(SELF, at, 0, { value: size }, type, protect);
  return both(
    scene,
    () => {
      const status = service();
      const isReserved = status === STATUS_SUCCESS && (type & MEM_RESERVE) !== 0;
      if (isReserved) NtFreeVirtualMemory(SELF, at, { value: 0 }, MEM_RELEASE);
      return status;
    },
    () => scene.kernel32.VirtualAlloc(base, size, type, protect) !== 0,
  );
}

/** NtProtectVirtualMemory and VirtualProtect of one page, then the protection it shows. */
export function protects(scene: Scene, base: number, protect: number): Answer {
  const { NtProtectVirtualMemory } = scene.ntdll;
  const answer = both(
    scene,
    () => NtProtectVirtualMemory(SELF, { value: base }, { value: 1 }, protect, { value: 0 }),
    () => scene.kernel32.VirtualProtect(base, 1, protect, { value: 0 }) === 1,
  );
  return answer === "ok" ? scene.protectionAt(base) : answer;
}

export interface SectionArguments {
  protect?: number;
  attributes: number;
  size?: number;
  file?: number;
}

/** NtCreateSection and CreateFileMapping. */
export function creates(scene: Scene, parameters: SectionArguments): Answer {
  const { protect = PAGE_READWRITE, attributes, size = PAGE, file } = parameters;
  const flags = attributes >>> 0;
  const { NtCreateSection } = scene.ntdll;
  const { CreateFileMapping } = scene.kernel32;
  const from = file ?? null;
  return both(
    scene,
    () =>
      NtCreateSection(
        { value: 0 },
        SECTION_ALL_ACCESS,
        null,
        { value: size },
        protect,
        flags,
        from,
      ),
    () =>
      CreateFileMapping(file ?? INVALID_HANDLE_VALUE, null, (protect | flags) >>> 0, 0, size) !== 0,
  );
}

/** A section that is executed, at one door and the other, and a fetch from its view. */
export function executes(scene: Scene, protect: number): Answer {
  const answer = creates(scene, { protect, attributes: SEC_COMMIT });
  if (answer !== "ok") return answer;
  const { CreateFileMapping, MapViewOfFile } = scene.kernel32;
  const section = CreateFileMapping(INVALID_HANDLE_VALUE, null, protect, 0, PAGE);
  const view = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0, 0);
  return touch(scene, EXECUTE, view) === null ? "ok" : "no fetch";
}
