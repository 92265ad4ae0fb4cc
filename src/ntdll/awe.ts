import { PROCESS_VM_OPERATION } from "../constants/process.ts";
import { packDecision } from "../decision.ts";
import { type Door, shown } from "../door.ts";
import { type InOut, inValue, outAddress, setOut, TO_RESULTS } from "../out.ts";
import type { Process } from "../process.ts";
import { succeeded } from "../status.ts";
import { WATCH_ENTRIES as NUMBERS_MAXIMUM } from "../wasm/exports.ts";
import type { NtAwe, PointersIn } from "./awe-interface.ts";
import { readPointer, writePointer } from "./pointers.ts";

const FEWER = packDecision("6#2");
const ALL = packDecision("6#3");
const NUMBER_BYTES = 8;

/** An array that comes in: where it lies, or what it holds. */
interface Pointers {
  /** As the core wants it: a guest address, 0 for NULL, or TO_RESULTS: listed before the call. */
  readonly at: number;
  readonly entries: readonly (number | bigint | null)[];
}

export function aweServices(process: Process): NtAwe {
  const { door, handles } = process;

  function targetOf(ProcessHandle: Parameters<NtAwe["NtFreeUserPhysicalPages"]>[0]): number {
    return handles.target(door.handle(ProcessHandle, "ProcessHandle"), PROCESS_VM_OPERATION);
  }

  /** A count that comes in, from guest memory too. */
  function countIn(NumberOfPages: InOut, countAt: number): number {
    if (countAt > 0) return readPointer(process, countAt);
    return inValue(NumberOfPages, door, "NumberOfPages");
  }

  /** List what is no guest array. An NTSTATUS. */
  function list(count: number, addresses: Pointers | null, frames: Pointers): number {
    const listed = [addresses, frames].map((array) =>
      array?.at === TO_RESULTS ? numbersOf(array, count, door) : [],
    );
    if (listed.every(({ length }) => length === 0) && count > 0) return 0;
    return process.enter().aweServices.list(count, listed[0] ?? [], listed[1] ?? []);
  }

  return {
    NtAllocateUserPhysicalPages(ProcessHandle, NumberOfPages, UserPfnArray) {
      const target = targetOf(ProcessHandle);
      const countAt = outAddress(NumberOfPages, door, "NumberOfPages");
      const arrayAt = outAddress(UserPfnArray, door, "UserPfnArray");
      const count = countIn(NumberOfPages, countAt);
      const { aweServices, view } = process.enter();
      const status = aweServices.allocate(target, countAt, count, arrayAt);
      if (!succeeded(status)) return status;
      if (arrayAt !== TO_RESULTS) {
        setOut(NumberOfPages, view.result(0));
        return status;
      }
      const numbers = takeNumbers();
      while (numbers.length < count && numbers.length % NUMBERS_MAXIMUM === 0) {
        const left = count - numbers.length;
        if (!succeeded(aweServices.allocate(target, TO_RESULTS, left, TO_RESULTS))) break;
        numbers.push(...takeNumbers());
      }
      if (typeof UserPfnArray === "object" && UserPfnArray !== null) UserPfnArray.value = numbers;
      setOut(NumberOfPages, numbers.length);
      if (countAt > 0) writePointer(process, countAt, numbers.length);
      view.decision = numbers.length === count ? ALL : FEWER;
      return status;

      function takeNumbers(): number[] {
        const area = view.transferView;
        return Array.from({ length: view.result(0) }, (_, index) =>
          Number(area.getBigUint64(index * NUMBER_BYTES, true)),
        );
      }
    },

    NtFreeUserPhysicalPages(ProcessHandle, NumberOfPages, UserPfnArray) {
      const target = targetOf(ProcessHandle);
      const countAt = outAddress(NumberOfPages, door, "NumberOfPages");
      const frames = pointersIn(UserPfnArray, door, "UserPfnArray");
      const count = countIn(NumberOfPages, countAt);
      const listed = list(count, null, frames);
      if (!succeeded(listed)) return listed;
      const { aweServices, view } = process.enter();
      const status = aweServices.free(target, countAt, count, frames.at);
      setOut(NumberOfPages, view.result(0));
      return status;
    },

    NtMapUserPhysicalPages(VirtualAddress, NumberOfPages, UserPfnArray) {
      const address = door.nullablePointer(VirtualAddress, "VirtualAddress");
      const count = door.pointer(NumberOfPages, "NumberOfPages");
      const frames = pointersIn(UserPfnArray, door, "UserPfnArray");
      const listed = list(count, null, frames);
      if (!succeeded(listed)) return listed;
      return process.enter().aweServices.map(address, count, frames.at);
    },

    NtMapUserPhysicalPagesScatter(VirtualAddresses, NumberOfPages, UserPfnArray) {
      const addresses = pointersIn(VirtualAddresses, door, "VirtualAddresses");
      const count = door.pointer(NumberOfPages, "NumberOfPages");
      const frames = pointersIn(UserPfnArray, door, "UserPfnArray");
      const listed = list(count, addresses, frames);
      if (!succeeded(listed)) return listed;
      return process.enter().aweServices.scatter(addresses.at, count, frames.at);
    },
  };
}

function pointersIn(array: PointersIn, door: Door, name: string): Pointers {
  if (Array.isArray(array)) return { at: TO_RESULTS, entries: array };
  if (typeof array === "object" && array !== null && "value" in array) {
    if (!Array.isArray(array.value)) {
      throw new TypeError(`${name}.value must be an array, not ${shown(array.value)}`);
    }
    return { at: TO_RESULTS, entries: array.value };
  }
  if (typeof array === "object" && array !== null) {
    throw new TypeError(`${name} must be an array, { value }, a guest address or null`);
  }
  return { at: outAddress(array, door, name), entries: [] };
}

/** The first `count` entries. @throws RangeError where there are fewer */
function numbersOf({ entries }: Pointers, count: number, door: Door): number[] {
  if (count > entries.length) {
    throw new RangeError(`an array of ${entries.length} entries has no ${count} of them`);
  }
  return entries.slice(0, count).map((entry, i) => door.nullablePointer(entry, `entry ${i}`));
}
