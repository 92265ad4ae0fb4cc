/** What the page of VirtualAllocEx in Windows CE says: docs/pages/coredll.md. */
import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  MEM_AUTO_COMMIT,
  MEM_COMMIT,
  MEM_FREE,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
  PAGE_WRITECOPY,
  PROCESS_VM_OPERATION,
} from "../../src/constants.ts";
import { coredll } from "../../src/coredll.ts";
import { CE_BASE, ce6, fails, ON_CE5, ON_CE6, works } from "../conformance/support/ce.ts";
import { READ, touch, WRITE } from "../conformance/support/fault.ts";
import { GRANULARITY, PAGE, type Scene } from "../conformance/support/scene.ts";
import { statement } from "./support/statement.ts";

const on6 = { on: ON_CE6 };
const BOTH = MEM_RESERVE | MEM_COMMIT;
const BASES = [
  ...[PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE],
  ...[PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE],
];

/** In the calling process, named by its identifier. */
function allocate(
  scene: Scene,
  base: number,
  size: number,
  type: number,
  protect = PAGE_READWRITE,
) {
  return ce6(scene).VirtualAllocEx(scene.process.id, base, size, type, protect);
}

/** VirtualQuery of the page. */
function run(scene: Scene, address: number) {
  const found = { BaseAddress: 0, AllocationBase: 0, RegionSize: 0, State: 0, Protect: 0 };
  expect(coredll(scene.process).VirtualQuery(address, found)).toBe(28);
  return found;
}

statement(
  2,
  "the function is there",
  (scene) => expect(ce6(scene).VirtualAllocEx).toBeTypeOf("function"),
  on6,
);

statement(
  3,
  "in the process that is named, and in no other",
  (scene) => {
    const other = scene.another();
    const { VirtualAllocEx } = ce6(scene);
    const { id } = other.process;
    expect(VirtualAllocEx(id, CE_BASE, 2 * PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(CE_BASE);
    expect(VirtualAllocEx(id, CE_BASE, PAGE, MEM_COMMIT, PAGE_READWRITE)).toBe(CE_BASE);
    expect([CE_BASE, CE_BASE + PAGE].map((at) => run(other, at).State)).toEqual([
      MEM_COMMIT,
      MEM_RESERVE,
    ]);
    expect(run(scene, CE_BASE).State).toBe(MEM_FREE);
  },
  on6,
);

statement(
  4,
  "zeros, again after a decommit",
  (scene) => {
    const other = scene.another();
    const { VirtualAllocEx, VirtualFreeEx } = ce6(scene);
    const { id } = other.process;
    for (const _ of [1, 2]) {
      expect(VirtualAllocEx(id, CE_BASE, PAGE, BOTH, PAGE_READWRITE)).toBe(CE_BASE);
      expect(other.memory.read(CE_BASE, PAGE).every((byte) => byte === 0)).toBe(true);
      other.memory.fill(CE_BASE, 0xaa, PAGE);
      expect(VirtualFreeEx(id, CE_BASE, 0, 0x8000)).toBe(1);
    }
  },
  on6,
);

statement(
  5,
  "five arguments, an address",
  (scene) => {
    const { VirtualAllocEx } = ce6(scene);
    const call = [scene.process.id, CE_BASE, PAGE, BOTH, PAGE_READWRITE] as const;
    expect(VirtualAllocEx).toHaveLength(call.length);
    for (const [index, name] of ["process", "address", "size", "type", "protect"].entries()) {
      const wrong = call.map((argument, at) => (at === index ? "x" : argument)) as never[];
      expect(() => (VirtualAllocEx as (...rest: never[]) => number)(...wrong)).toThrow(name);
    }
    expect(VirtualAllocEx(...call)).toBe(CE_BASE);
  },
  on6,
);

statement(
  6,
  "an identifier, of this process and of another one; of nobody is 6",
  (scene) => {
    const other = scene.another();
    const { VirtualAllocEx } = ce6(scene);
    for (const { process } of [scene, other]) {
      expect(VirtualAllocEx(process.id, CE_BASE, PAGE, BOTH, PAGE_READWRITE)).toBe(CE_BASE);
    }
    fails(scene, ERROR_INVALID_HANDLE, () => VirtualAllocEx(9998, 0, PAGE, BOTH, PAGE_READWRITE));
  },
  on6,
);

statement(
  7,
  "a handle, which counts before an identifier of the same value",
  (scene) => {
    const other = scene.another();
    const { VirtualAllocEx } = ce6(scene);
    const { CloseHandle } = coredll(scene.process);
    const handle = scene.kernel32.OpenProcess(PROCESS_VM_OPERATION, 0, other.process.id);
    expect(VirtualAllocEx(handle, CE_BASE, PAGE, BOTH, PAGE_READWRITE)).toBe(CE_BASE);
    expect(run(other, CE_BASE).State).toBe(MEM_COMMIT);
    expect(run(scene, CE_BASE).State).toBe(MEM_FREE);
    expect(CloseHandle(handle)).toBe(1);
  },
  on6,
);

statement(
  8,
  "there, or nowhere",
  (scene) => {
    expect(allocate(scene, CE_BASE, PAGE, MEM_RESERVE)).toBe(CE_BASE);
    fails(scene, ERROR_INVALID_ADDRESS, () => allocate(scene, CE_BASE, PAGE, MEM_RESERVE));
  },
  on6,
);

statement(
  9,
  "to 64 KB, and the size reaches as far as before",
  (scene) => {
    const within = CE_BASE + 0x8123;
    expect(allocate(scene, within, PAGE, MEM_RESERVE)).toBe(CE_BASE);
    expect(run(scene, CE_BASE)).toMatchObject({ AllocationBase: CE_BASE, RegionSize: 0xa000 });
  },
  on6,
);

statement(
  10,
  "to the page",
  (scene) => {
    allocate(scene, CE_BASE, GRANULARITY, MEM_RESERVE);
    expect(allocate(scene, CE_BASE + 0x8123, 1, MEM_COMMIT)).toBe(CE_BASE + 0x8000);
    expect(run(scene, CE_BASE + 0x8000)).toMatchObject({ RegionSize: PAGE, State: MEM_COMMIT });
  },
  on6,
);

statement(
  11,
  "4,096 bytes",
  (scene) => {
    const info = { dwPageSize: 0, dwAllocationGranularity: 0 };
    coredll(scene.process).GetSystemInfo(info);
    expect([info.dwPageSize, info.dwAllocationGranularity]).toEqual([PAGE, GRANULARITY]);
  },
  on6,
);

statement(
  12,
  "each time where nothing is",
  (scene) => {
    const bases = [1, 2, 3].map(() => works(scene, () => allocate(scene, 0, PAGE, MEM_RESERVE)));
    expect(new Set(bases).size).toBe(3);
    expect(bases.every((base) => base % GRANULARITY === 0)).toBe(true);
  },
  on6,
);

statement(
  13,
  "one byte more than a page is two pages",
  (scene) => {
    allocate(scene, CE_BASE, PAGE + 1, MEM_RESERVE);
    expect(run(scene, CE_BASE).RegionSize).toBe(2 * PAGE);
  },
  on6,
);

statement(
  14,
  "before the process is looked at",
  (scene) => {
    const { VirtualAllocEx } = ce6(scene);
    for (const process of [scene.process.id, 9998]) {
      for (const base of [0, CE_BASE]) {
        fails(scene, ERROR_INVALID_PARAMETER, () =>
          VirtualAllocEx(process, base, 0, BOTH, PAGE_READWRITE),
        );
      }
    }
  },
  on6,
);

statement(
  15,
  "from one byte to a page",
  (scene) => {
    const base = works(scene, () => allocate(scene, 0, 1, MEM_COMMIT));
    expect(run(scene, base)).toMatchObject({ RegionSize: PAGE, State: MEM_COMMIT });
  },
  on6,
);

statement(
  16,
  "from the page of the first byte to that of the last",
  (scene) => {
    allocate(scene, CE_BASE, GRANULARITY, MEM_RESERVE);
    allocate(scene, CE_BASE + 0x1800, 0x1000, MEM_COMMIT);
    const states = [0, 1, 2, 3].map((page) => run(scene, CE_BASE + page * PAGE).State);
    expect(states).toEqual([MEM_RESERVE, MEM_COMMIT, MEM_COMMIT, MEM_RESERVE]);
  },
  on6,
);

statement(
  17,
  "both pages",
  (scene) => {
    allocate(scene, CE_BASE, GRANULARITY, MEM_RESERVE);
    expect(allocate(scene, CE_BASE + PAGE - 1, 2, MEM_COMMIT)).toBe(CE_BASE);
    expect(run(scene, CE_BASE)).toMatchObject({ RegionSize: 2 * PAGE, State: MEM_COMMIT });
  },
  on6,
);

statement(
  18,
  "reserved, or committed as well",
  (scene) => {
    allocate(scene, CE_BASE, PAGE, MEM_RESERVE);
    allocate(scene, CE_BASE + GRANULARITY, PAGE, BOTH);
    expect(run(scene, CE_BASE).State).toBe(MEM_RESERVE);
    expect(run(scene, CE_BASE + GRANULARITY).State).toBe(MEM_COMMIT);
  },
  on6,
);

statement(
  19,
  "four of them, and no others",
  (scene) => {
    const automatic = MEM_RESERVE | MEM_AUTO_COMMIT;
    for (const type of [MEM_COMMIT, MEM_RESERVE, BOTH | MEM_TOP_DOWN, automatic]) {
      works(scene, () => allocate(scene, 0, PAGE, type));
    }
    const unknown = [MEM_RESET, MEM_RESET_UNDO, MEM_PHYSICAL | MEM_RESERVE, 0];
    for (const type of [...unknown, BOTH | MEM_LARGE_PAGES, MEM_COMMIT | MEM_AUTO_COMMIT]) {
      fails(scene, ERROR_INVALID_PARAMETER, () => allocate(scene, 0, PAGE, type));
    }
  },
  on6,
);

statement(
  20,
  "pages to read cannot be written",
  (scene) => {
    allocate(scene, CE_BASE, PAGE, BOTH, PAGE_READONLY);
    expect(touch(scene, READ, CE_BASE)).toBe(null);
    expect(touch(scene, WRITE, CE_BASE)).toMatchObject({ code: 0xc0000005 });
  },
  on6,
);

statement(
  21,
  "guard and no-cache together, and both in force",
  (scene) => {
    const protect = PAGE_READWRITE | PAGE_GUARD | PAGE_NOCACHE;
    allocate(scene, CE_BASE, PAGE, BOTH, protect);
    expect(run(scene, CE_BASE).Protect).toBe(protect);
    expect(touch(scene, READ, CE_BASE)).toMatchObject({ code: 0x80000001 });
    expect(touch(scene, READ, CE_BASE)).toBe(null);
    expect(run(scene, CE_BASE).Protect).toBe(PAGE_READWRITE | PAGE_NOCACHE);
  },
  on6,
);

statement(
  22,
  "six of them, and no others",
  (scene) => {
    for (const protect of BASES) works(scene, () => allocate(scene, 0, PAGE, BOTH, protect));
    const unknown = [PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY, PAGE_READWRITE | PAGE_WRITECOMBINE];
    for (const protect of [...unknown, 0, PAGE_READONLY | PAGE_READWRITE]) {
      fails(scene, ERROR_INVALID_PARAMETER, () => allocate(scene, 0, PAGE, BOTH, protect));
    }
  },
  on6,
);

statement(
  23,
  "of the region, or of the pages that were committed",
  (scene) => {
    expect(works(scene, () => allocate(scene, CE_BASE + 1, PAGE, MEM_RESERVE))).toBe(CE_BASE);
    const page = CE_BASE + PAGE;
    expect(works(scene, () => allocate(scene, page + 1, 1, MEM_COMMIT))).toBe(page);
  },
  on6,
);

statement(
  24,
  "whatever the reason",
  (scene) => {
    expect(allocate(scene, CE_BASE, 0, BOTH)).toBe(0);
    expect(allocate(scene, CE_BASE, PAGE, MEM_COMMIT)).toBe(0);
    expect(ce6(scene).VirtualAllocEx(9998, 0, PAGE, BOTH, PAGE_READWRITE)).toBe(0);
  },
  on6,
);

statement(
  25,
  "why, until the next failure",
  (scene) => {
    const { GetLastError } = coredll(scene.process);
    allocate(scene, CE_BASE, 0, BOTH);
    expect(GetLastError()).toBe(ERROR_INVALID_PARAMETER);
    allocate(scene, CE_BASE, PAGE, MEM_COMMIT);
    expect(GetLastError()).toBe(ERROR_INVALID_ADDRESS);
    allocate(scene, CE_BASE, PAGE, BOTH);
    expect(GetLastError()).toBe(ERROR_INVALID_ADDRESS);
  },
  on6,
);

statement(
  26,
  "the same answers, of VirtualAlloc in another process",
  (scene) => {
    const other = scene.another();
    const { VirtualAlloc, GetLastError } = coredll(other.process);
    const calls = [
      [CE_BASE + 5, 3 * PAGE, MEM_RESERVE, PAGE_NOACCESS],
      [CE_BASE + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE],
      [CE_BASE, PAGE, MEM_RESERVE, PAGE_READWRITE],
      [0, PAGE, MEM_COMMIT, PAGE_EXECUTE],
      [0, 0, MEM_COMMIT, PAGE_EXECUTE],
      [0, PAGE, MEM_RESET, PAGE_READWRITE],
    ] as const;
    for (const call of calls) {
      const [base, size, type, protect] = call;
      expect(allocate(scene, base, size, type, protect)).toBe(
        VirtualAlloc(base, size, type, protect),
      );
      expect(coredll(scene.process).GetLastError()).toBe(GetLastError());
    }
  },
  on6,
);

statement(
  27,
  "CE 5 has no such member",
  (scene) => {
    const face = coredll(scene.process);
    expect("VirtualAllocEx" in face).toBe(false);
    expect(face.VirtualAllocEx).toBeUndefined();
  },
  { on: ON_CE5 },
);
