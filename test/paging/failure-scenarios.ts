import {
  FILE_MAP_COPY,
  FILE_MAP_WRITE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RESERVE,
  PAGE_GUARD,
  PAGE_READONLY,
  PAGE_READWRITE,
  SEC_COMMIT,
  SECTION_ALL_ACCESS,
} from "../../src/constants.ts";
import { pattern } from "../backing/check.ts";
import { PAGE } from "../host/support.ts";
import {
  COPY_VIEW,
  DATA,
  DATA_PAGES,
  FILE_VIEW,
  FRESH,
  hex,
  SHARED_VIEW,
  VIEW_PAGES,
  type World,
} from "./failure-world.ts";

const IN_PAGE = ["fault c0000006 c0000185", "fault c0000006 c0000017"];
const NO_ACCESS = "error 998";
const PARTIAL = "error 299";
/** ERROR_NOT_ENOUGH_MEMORY, ERROR_NO_SYSTEM_RESOURCES. */
const NO_MEMORY = ["error 8", "error 1450"];

/** A call, and how it may fail for want of a page, of the file, or of memory. */
export interface Scenario {
  readonly name: string;
  /** What never fails. */
  prepare?(world: World): unknown;
  call(world: World): unknown;
  readonly errors: readonly string[];
}

/** A result of kernel32, or the last error. */
function done({ guest }: World, result: number): string {
  return result === 0 ? `error ${guest.kernel32.GetLastError()}` : `ok ${hex(result)}`;
}

export const scenarios: readonly Scenario[] = [
  {
    name: "a load",
    call: ({ guest }) => guest.memory.getUint32(DATA + 8),
    errors: IN_PAGE,
  },
  {
    name: "a store over two pages",
    call: ({ guest }) => guest.memory.setBigUint64(DATA + PAGE - 4, 0x0123456789abcdefn),
    errors: IN_PAGE,
  },
  {
    name: "a first touch",
    prepare: ({ guest }) => guest.pages(1, PAGE_READWRITE, FRESH),
    call: ({ guest }) => guest.memory.setUint32(FRESH, 5),
    errors: IN_PAGE,
  },
  {
    name: "a read of more than memory holds",
    call: ({ guest }) => guest.memory.read(DATA, DATA_PAGES * PAGE).length,
    errors: IN_PAGE,
  },
  {
    name: "a fill",
    call: ({ guest }) => guest.memory.fill(DATA + 9, 3, 20 * PAGE),
    errors: IN_PAGE,
  },
  {
    name: "a copy",
    call: ({ guest }) => guest.memory.copy(DATA + 9, SHARED_VIEW, VIEW_PAGES * PAGE),
    errors: IN_PAGE,
  },
  {
    name: "a copy-on-write store",
    call({ guest }) {
      for (let page = 0; page < 4; page++) guest.memory.setUint8(COPY_VIEW + page * PAGE, 9);
    },
    errors: IN_PAGE,
  },
  {
    name: "NtAllocateVirtualMemory",
    prepare(world) {
      world.put(DATA + 16, FRESH);
      world.put(DATA + 2 * PAGE, 3 * PAGE);
      evict(world);
    },
    call(world) {
      const { NtAllocateVirtualMemory } = world.guest.ntdll;
      const type = MEM_RESERVE | MEM_COMMIT;
      const at = [DATA + 16, DATA + 2 * PAGE] as const;
      return hex(NtAllocateVirtualMemory(-1, at[0], 0, at[1], type, PAGE_READWRITE));
    },
    errors: ["c0000005", "c0000017", "c000009a"],
  },
  {
    name: "VirtualProtect",
    call(world) {
      const { VirtualProtect } = world.guest.kernel32;
      return done(world, VirtualProtect(DATA + 5 * PAGE, PAGE, PAGE_READONLY, DATA + 32));
    },
    errors: [NO_ACCESS, ...NO_MEMORY],
  },
  {
    name: "VirtualQuery",
    call: (world) => done(world, world.guest.kernel32.VirtualQuery(DATA, DATA + 64)),
    errors: [NO_ACCESS],
  },
  {
    name: "VirtualLock and VirtualUnlock",
    call(world) {
      const { VirtualLock, VirtualUnlock } = world.guest.kernel32;
      return inOrder(world, [
        () => VirtualLock(DATA + PAGE, 4 * PAGE),
        () => VirtualUnlock(DATA + PAGE, PAGE),
      ]);
    },
    errors: [NO_ACCESS, ...NO_MEMORY],
  },
  {
    name: "GetWriteWatch",
    prepare(world) {
      world.put(DATA + 3 * PAGE, 8);
      evict(world);
    },
    call(world) {
      const { GetWriteWatch } = world.guest.kernel32;
      const failed = GetWriteWatch(0, DATA, 30 * PAGE, DATA + 24, DATA + 3 * PAGE, DATA + 4 * PAGE);
      return failed === 0 ? "ok" : `error ${world.guest.kernel32.GetLastError()}`;
    },
    errors: [NO_ACCESS, "error 87"],
  },
  {
    name: "ReadProcessMemory",
    call(world) {
      const { ReadProcessMemory } = world.guest.kernel32;
      const bytes = VIEW_PAGES * PAGE;
      return done(world, ReadProcessMemory(-1, SHARED_VIEW, DATA + 5, bytes, DATA + 20 * PAGE));
    },
    errors: [NO_ACCESS, PARTIAL],
  },
  {
    name: "WriteProcessMemory",
    call(world) {
      const { WriteProcessMemory } = world.guest.kernel32;
      const bytes = pattern(20 * PAGE, 11);
      return done(world, WriteProcessMemory(-1, DATA + 5, bytes, bytes.length, null));
    },
    errors: [PARTIAL, NO_ACCESS],
  },
  {
    name: "a buffer of a system service",
    call: ({ guest }) => guest.process.system.copyOut(DATA + 5, pattern(3 * PAGE, 2)),
    errors: [
      '{"status":3221225477,"transferred":0}',
      '{"status":0,"transferred":0}',
      '{"status":0,"transferred":4091}',
      '{"status":0,"transferred":8187}',
    ],
  },
  {
    name: "NtMapViewOfSection",
    prepare(world) {
      world.put(DATA + 16, FRESH);
      world.put(DATA + 2 * PAGE, 0);
      evict(world);
    },
    call(world) {
      const { NtMapViewOfSection } = world.guest.ntdll;
      const at = [DATA + 16, DATA + 2 * PAGE] as const;
      const { fileSection } = world;
      const status = NtMapViewOfSection(fileSection, -1, at[0], 0, 0, null, at[1], 2, 0, 4);
      return hex(status);
    },
    errors: ["c0000005", "c0000017", "c000009a"],
  },
  {
    name: "a view of the file that is read",
    call: ({ guest }) => guest.memory.read(FILE_VIEW, VIEW_PAGES * PAGE)[3 * PAGE],
    errors: IN_PAGE,
  },
  {
    name: "FlushViewOfFile",
    call(world) {
      const { kernel32, memory } = world.guest;
      for (let page = 0; page < 6; page++) memory.setUint8(FILE_VIEW + page * PAGE, 0x77);
      return done(world, kernel32.FlushViewOfFile(FILE_VIEW, 0));
    },
    errors: [...IN_PAGE, "error 1117", "error 112"],
  },
  {
    name: "the last handle and view of the file",
    call(world) {
      const { kernel32, memory } = world.guest;
      memory.fill(FILE_VIEW, 0x55, 5 * PAGE);
      kernel32.UnmapViewOfFile(FILE_VIEW);
      return done(world, kernel32.CloseHandle(world.fileSection));
    },
    errors: IN_PAGE,
  },
  {
    name: "CreateFileMapping of more than the file has",
    call(world) {
      const { CreateFileMapping, CloseHandle } = world.guest.kernel32;
      const bytes = (VIEW_PAGES + 2) * PAGE;
      const made = CreateFileMapping(world.fileHandle, null, PAGE_READWRITE, 0, bytes, null);
      const text = made === 0 ? done(world, made) : "ok";
      if (made !== 0) CloseHandle(made);
      return text;
    },
    errors: ["error 112", "error 1117", ...NO_MEMORY],
  },
  {
    name: "NtExtendSection",
    prepare(world) {
      const { NtCreateSection, NtMapViewOfSection } = world.guest.ntdll;
      const made = { value: 0 };
      const [access, bytes] = [SECTION_ALL_ACCESS, (VIEW_PAGES + 4) * PAGE];
      const { fileHandle } = world;
      NtCreateSection(made, access, null, null, PAGE_READWRITE, SEC_COMMIT, fileHandle);
      world.made = made.value;
      const [at, size] = [{ value: FRESH }, { value: bytes }];
      NtMapViewOfSection(made.value, -1, at, 0, 0, null, size, 2, MEM_RESERVE, PAGE_READWRITE);
      world.put(DATA + 16, (VIEW_PAGES + 2) * PAGE);
      world.put(DATA + 20, 0);
      evict(world);
    },
    call: (world) => hex(world.guest.ntdll.NtExtendSection(world.made, DATA + 16)),
    errors: ["c0000005", "c0000017", "c000007f", "c000009a", "c0000185"],
  },
  {
    name: "a guard page that is met, and MapViewOfFile",
    call(world) {
      const { kernel32, memory } = world.guest;
      kernel32.VirtualProtect(DATA + 6 * PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD, { value: 0 });
      world.guest.process.tryExcept({
        body: () => memory.setUint8(DATA + 6 * PAGE, 1),
        filter: ({ ExceptionRecord }) => (ExceptionRecord.ExceptionCode === 0x80000001 ? -1 : 0),
      });
      const { fileSection } = world;
      const view = kernel32.MapViewOfFileEx(fileSection, FILE_MAP_WRITE, 0, 0, 0, FRESH);
      const text = done(world, view);
      if (view !== 0) kernel32.UnmapViewOfFile(view);
      return text;
    },
    errors: [...IN_PAGE, ...NO_MEMORY],
  },
];

/** Calls that need nothing of the host. */
export const innerScenarios: readonly Scenario[] = [
  {
    name: "a section of the paging file, and a view of it",
    call(world) {
      const { CreateFileMapping, MapViewOfFileEx } = world.guest.kernel32;
      return inOrder(world, [
        () => {
          const bytes = 20 * PAGE;
          world.made = CreateFileMapping(-1, null, PAGE_READWRITE, 0, bytes, null);
          return world.made;
        },
        () => MapViewOfFileEx(world.made, FILE_MAP_COPY, 0, 0, 0, FRESH),
      ]);
    },
    errors: NO_MEMORY,
  },
  {
    name: "VirtualProtect that splits attributes everywhere",
    call(world) {
      const { VirtualProtect } = world.guest.kernel32;
      const calls = [DATA + 5 * PAGE, COPY_VIEW + 2 * PAGE, FILE_VIEW + PAGE].map((at) => {
        return () => VirtualProtect(at, PAGE, PAGE_READONLY, { value: 0 });
      });
      return inOrder(world, calls);
    },
    errors: NO_MEMORY,
  },
  {
    name: "VirtualAlloc in the middle of a region, and VirtualFree",
    call(world) {
      const { VirtualAlloc, VirtualFree } = world.guest.kernel32;
      const size = 32 * PAGE;
      const calls = [
        () => VirtualAlloc(FRESH, size, MEM_RESERVE, PAGE_READWRITE),
        () => VirtualAlloc(FRESH + 8 * PAGE, 4 * PAGE, MEM_COMMIT, PAGE_READWRITE),
        () => VirtualAlloc(FRESH + 16 * PAGE, 4 * PAGE, MEM_COMMIT, PAGE_READONLY),
        () => VirtualFree(FRESH + 9 * PAGE, PAGE, MEM_DECOMMIT),
      ];
      return inOrder(world, calls);
    },
    errors: NO_MEMORY,
  },
];

/** The calls up to the first that fails; the next time, it and those behind it. */
function inOrder(world: World, calls: readonly (() => number)[]): string {
  for (const call of calls.slice(world.callsDone)) {
    const result = call();
    if (result === 0) return done(world, result);
    world.callsDone++;
  }
  return "ok";
}

/** So much is read elsewhere that everything before has left. */
function evict({ guest }: World): void {
  guest.process.debugView.read(SHARED_VIEW, VIEW_PAGES * PAGE);
  guest.process.debugView.read(DATA + 30 * PAGE, 8 * PAGE);
}
