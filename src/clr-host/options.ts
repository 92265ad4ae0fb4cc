import {
  E_FAIL,
  E_OUTOFMEMORY,
  HOST_E_ABANDONED,
  HOST_E_NOT_OWNER,
  HOST_E_TIMEOUT,
  S_OK,
} from "../constants/hresult.ts";
import { callable, integer, optionBag, shown } from "../door.ts";
import { hex } from "../names.ts";
import type { IHostMalloc, IHostMemoryManager } from "./interface.ts";

/** A method that the policy of the host is asked before. AddRef and Release answer no HRESULT. */
export type HostMethod = Exclude<
  keyof IHostMemoryManager | keyof IHostMalloc,
  "AddRef" | "Release"
>;

/** What the host decides itself. */
export interface HostPolicy {
  /**
   * Asked before every method that answers an HRESULT.
   *
   * @param method name of it
   * @param parameters as the runtime has passed them
   * @returns undefined or S_OK: the call goes on. HOST_E_TIMEOUT, HOST_E_NOT_OWNER,
   *   HOST_E_ABANDONED, E_FAIL, and E_OUTOFMEMORY before CreateMalloc, VirtualAlloc,
   *   NeedsVirtualAddressSpace, Alloc and DebugAlloc: that is the answer, and nothing else happens
   */
  ask?(method: HostMethod, parameters: readonly unknown[]): number | undefined;
  /**
   * Memory does not suffice for VirtualAlloc, Alloc or DebugAlloc of a level above eTaskCritical:
   * give some back. Called once, and the call is made once more.
   *
   * @param level eAppDomainCritical or eProcessCritical
   */
  reclaim?(level: number): void;
}

/** How the host answers. */
export interface ClrHostOptions {
  /**
   * Which HRESULTs failures of Win32 become. "strict", the default: VirtualAlloc answers what its
   * page lists and nothing else, so E_OUTOFMEMORY for them all, and VirtualFree
   * HOST_E_INVALIDOPERATION. "detailed": what the error says.
   */
  hresults?: Hresults | undefined;
  /** Default: everything goes on, and nothing is given back. */
  policy?: HostPolicy | undefined;
}

/** "strict": as few as the page of the interface lists. "detailed": what the error says. */
export type Hresults = "strict" | "detailed";

/** The options with their defaults filled in. */
export interface Choices {
  readonly hresults: Hresults;
  readonly policy: HostPolicy;
}

const HRESULTS: readonly unknown[] = ["strict", "detailed"];
const HRESULT_MINIMUM = -0x8000_0000;
const HRESULT_MAXIMUM = 0xffff_ffff;

/** What the policy may answer before any method. */
const ANSWERS: readonly number[] = [HOST_E_TIMEOUT, HOST_E_NOT_OWNER, HOST_E_ABANDONED, E_FAIL];
const MAY_LACK_MEMORY: readonly HostMethod[] = [
  "CreateMalloc",
  "VirtualAlloc",
  "NeedsVirtualAddressSpace",
  "Alloc",
  "DebugAlloc",
];

export function checkOptions(options: ClrHostOptions): Choices {
  optionBag(options, "options", ["hresults", "policy"]);
  const { hresults = "strict", policy = {} } = options;
  if (!HRESULTS.includes(hresults)) {
    const Kind = typeof hresults === "string" ? RangeError : TypeError;
    throw new Kind(`hresults must be one of "strict", "detailed", not ${shown(hresults)}`);
  }
  if (typeof policy !== "object" || policy === null) {
    throw new TypeError(`policy must be an object, not ${shown(policy)}`);
  }
  if (policy.ask !== undefined) callable(policy.ask, "policy.ask");
  if (policy.reclaim !== undefined) callable(policy.reclaim, "policy.reclaim");
  return { hresults, policy };
}

/**
 * What the policy says before a call: S_OK where it goes on.
 *
 * @throws TypeError, RangeError for an answer that the method does not have
 */
export function askPolicy(
  policy: HostPolicy,
  method: HostMethod,
  parameters: readonly unknown[],
): number {
  const said = policy.ask?.(method, parameters) ?? S_OK;
  const answer = integer(said, "policy.ask", HRESULT_MINIMUM, HRESULT_MAXIMUM) >>> 0;
  const isDocumented =
    answer === S_OK ||
    ANSWERS.includes(answer) ||
    (answer === E_OUTOFMEMORY && MAY_LACK_MEMORY.includes(method));
  if (isDocumented) return answer;
  throw new RangeError(`policy.ask: ${method} has no answer ${hex(answer)}`);
}
