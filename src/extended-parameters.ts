import { MemExtendedParameterAddressRequirements } from "./constants/memory.ts";
import { type Address, type Door, dword, optionBag } from "./door.ts";

/** Windows page: "MEM_ADDRESS_REQUIREMENTS structure". 0 or nothing: no requirement. */
export interface AddressRequirements {
  /** A multiple of 64 KB. */
  LowestStartingAddress?: Address;
  /** Last byte of the range; one more is a multiple of a page. */
  HighestEndingAddress?: Address;
  /** A power of two, 64 KB or more. */
  Alignment?: Address;
}

/** Windows page: "MEM_EXTENDED_PARAMETER structure". */
export interface ExtendedParameter {
  /** MemExtendedParameterAddressRequirements and the like. */
  Type: number;
  /** Of address requirements. */
  Pointer?: AddressRequirements;
  /** The value of any other type. */
  ULong64?: Address;
}

/** What the core needs to know of them; all 0 where nothing is required. */
export interface Requirements {
  readonly lowest: number;
  readonly highest: number;
  readonly alignment: number;
}

/** Types from 1 to below this one are known. */
const TYPE_MAXIMUM = 6;
const NONE: Requirements = { lowest: 0, highest: 0, alignment: 0 };
const REQUIREMENT_KEYS = ["LowestStartingAddress", "HighestEndingAddress", "Alignment"];

/**
 * What an array of extended parameters asks for, or the row of 8.1 that refuses it.
 *
 * @throws TypeError, RangeError for values that no program could pass
 */
export function requirementsOf(
  parameters: readonly ExtendedParameter[] | null | undefined,
  count: number,
  door: Door,
): Requirements | "8.1#1" | "8.1#2" {
  if (count === 0) return NONE;
  if (parameters === null || parameters === undefined) return "8.1#1";
  if (!Array.isArray(parameters) || count > parameters.length) {
    throw new RangeError(`parameters must be an array of at least ${count} entries`);
  }
  const types = parameters.slice(0, count).map(({ Type }) => dword(Type, "Type"));
  const areKnown = types.every((type) => type > 0 && type < TYPE_MAXIMUM);
  if (!areKnown || new Set(types).size !== types.length) return "8.1#2";
  const { Pointer } = parameters[types.indexOf(MemExtendedParameterAddressRequirements)] ?? {};
  if (Pointer === undefined) return NONE;
  optionBag(Pointer, "Pointer", REQUIREMENT_KEYS);
  const { LowestStartingAddress = 0, HighestEndingAddress = 0, Alignment = 0 } = Pointer;
  return {
    lowest: door.pointer(LowestStartingAddress, "LowestStartingAddress"),
    highest: door.pointer(HighestEndingAddress, "HighestEndingAddress"),
    alignment: door.pointer(Alignment, "Alignment"),
  };
}
