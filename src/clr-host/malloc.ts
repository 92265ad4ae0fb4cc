import { IID_IHostMalloc, MALLOC_EXECUTABLE } from "../constants/hosting.ts";
import { E_OUTOFMEMORY, HOST_E_INVALIDOPERATION, S_OK } from "../constants/hresult.ts";
import { PAGE_EXECUTE_READWRITE, PAGE_READWRITE } from "../constants/memory.ts";
import { type Address, integer, text } from "../door.ts";
import type { Out } from "../out.ts";
import { criticalLevel, type Gate, NumberOut, Rule } from "./gate.ts";
import { type DebugBlock, Heap } from "./heap.ts";
import type { IHostMalloc } from "./interface.ts";
import type { HostMethod } from "./options.ts";
import { References, unknownMethods } from "./unknown.ts";

const INT_MINIMUM = -0x8000_0000;
const INT_MAXIMUM = 0x7fff_ffff;

/** The protection of the pages of an allocator. */
export function mallocProtection(type: number): number {
  return (type & MALLOC_EXECUTABLE) === 0 ? PAGE_READWRITE : PAGE_EXECUTE_READWRITE;
}

/** An allocator, with one reference. One thread runs at a time, so all are safe for threads. */
export function makeMalloc(gate: Gate, type: number): IHostMalloc {
  const { hosting, process } = gate;
  const { door } = process;
  const heap = new Heap(process, mallocProtection(type));
  const debugBlocks = new Map<number, DebugBlock>();
  hosting.debugLists.add(debugBlocks);
  const references = new References("IHostMalloc", () => {
    heap.clear();
    hosting.debugLists.delete(debugBlocks);
  });

  interface Request {
    readonly method: HostMethod;
    readonly parameters: readonly unknown[];
    readonly size: Address;
    readonly level: number;
    readonly memory: Out<number>;
  }

  /** S_OK and the block, or another HRESULT. Every answer but S_OK leaves NULL. */
  function allocate({ method, parameters, size, level, memory }: Request): [number, number] {
    const bytes = door.exactPointer(size, "size");
    const critical = criticalLevel(level);
    const out = new NumberOut(process, memory, "memory", door.pointerBytes);
    references.check();
    let answer = gate.admit(method, parameters, [out]);
    let block = 0;
    if (answer === S_OK) {
      block = gate.allocate(critical, () => heap.allocate(bytes));
      answer = gate.answer(Rule.Block, block === 0 ? E_OUTOFMEMORY : S_OK);
    }
    out.set(block);
    return [answer, block];
  }

  const malloc: IHostMalloc = Object.freeze({
    ...unknownMethods(gate, references, { identifier: IID_IHostMalloc, object: () => malloc }),

    Alloc(size, level, memory) {
      const parameters = [size, level, memory];
      return allocate({ method: "Alloc", parameters, size, level, memory })[0];
    },

    DebugAlloc(size, level, file, line, memory) {
      const name = file === null ? null : text(file, "file");
      integer(line, "line", INT_MINIMUM, INT_MAXIMUM);
      const parameters = [size, level, file, line, memory];
      const [answer, address] = allocate({
        method: "DebugAlloc",
        parameters,
        size,
        level,
        memory,
      });
      if (answer === S_OK) {
        debugBlocks.set(address, { address, sizeBytes: Number(size), file: name, line });
      }
      return answer;
    },

    Free(memory) {
      const address = door.nullablePointer(memory, "memory");
      references.check();
      const admitted = gate.admit("Free", [memory]);
      if (admitted !== S_OK) return admitted;
      if (address !== 0 && !heap.free(address)) {
        return gate.answer(Rule.FreeBlock, HOST_E_INVALIDOPERATION);
      }
      debugBlocks.delete(address);
      return gate.answer(Rule.FreeBlock, S_OK);
    },
  } satisfies IHostMalloc);
  return malloc;
}
