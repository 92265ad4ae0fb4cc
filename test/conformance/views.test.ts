import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  FILE_MAP_ALL_ACCESS,
  FILE_MAP_COPY,
  FILE_MAP_EXECUTE,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  MEM_COMMIT,
  MEM_FREE,
  MEM_MAPPED,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  SEC_COMMIT,
  SEC_NO_CHANGE,
  SEC_NOCACHE,
  SEC_RESERVE,
  SEC_WRITECOMBINE,
  SECTION_ALL_ACCESS,
  STATUS_ACCESS_DENIED,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_NOT_MAPPED_VIEW,
  STATUS_SECTION_PROTECTION,
} from "../../src/constants.ts";
import { expectError, expectStatus } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";
import { mapNative, mapping, PROTECTIONS, section, view } from "./support/sections.ts";

/** 7.3, first table. */
const VIEW_PROTECTIONS: readonly [accesses: readonly number[], protect: number][] = [
  [[0, 0x08, 0x10, FILE_MAP_EXECUTE], 0x01],
  [[FILE_MAP_COPY], 0x08],
  [[0x02, 0x03, 0x06, 0x07, 0x0a, FILE_MAP_ALL_ACCESS], 0x04],
  [[0x04, 0x05, 0x0c], 0x02],
  [[0x21], 0x80],
  [[0x22, 0x26, FILE_MAP_ALL_ACCESS | FILE_MAP_EXECUTE], 0x40],
  [[0x24], 0x20],
];

/** 7.3, second table: protection of the section, and of the views that are allowed. */
const VIEWS_ALLOWED: readonly [created: number, allowed: readonly number[]][] = [
  [0x02, [0x01, 0x02, 0x08]],
  [0x08, [0x01, 0x02, 0x08]],
  [0x04, [0x01, 0x02, 0x04, 0x08]],
  [0x20, [0x01, 0x02, 0x08, 0x10, 0x20, 0x80]],
  [0x80, [0x01, 0x02, 0x08, 0x10, 0x20, 0x80]],
  [0x40, PROTECTIONS],
];

/** The protections that a handle maps; the others are refused with this status. */
function mapped(scene: Scene, handle: number, refusal: number): number[] {
  return PROTECTIONS.filter((protect) => {
    const { status } = mapNative(scene, { section: handle, protect });
    expect([0, refusal]).toContain(status);
    return status === 0;
  });
}

for (const [accesses, protect] of VIEW_PROTECTIONS) {
  rule("7.3#1", `views of protection ${protect.toString(16)}`, (scene) => {
    const handle = mapping(scene, 1, 0x40);
    for (const access of accesses) {
      const run = scene.run(view(scene, handle, access));
      expect([run.protect, run.allocationProtect]).toEqual([protect, protect]);
    }
  });
}

for (const [created, allowed] of VIEWS_ALLOWED) {
  const name = `made with protection ${created.toString(16)}`;
  rule("7.3#2", name, (scene) => {
    expect(mapped(scene, mapping(scene, 1, created), STATUS_ACCESS_DENIED)).toEqual(allowed);
  });

  rule("7.2#9", name, (scene) => {
    expect(mapped(scene, section(scene, 1, created), STATUS_SECTION_PROTECTION)).toEqual(allowed);
  });
}

rule("7.3#3", "read, write and execute, alone and in pairs", (scene) => {
  const { NtCreateSection, NtOpenSection } = scene.ntdll;
  const out = { value: 0 };
  const size = { value: PAGE };
  const attributes = { name: "a" };
  NtCreateSection(out, SECTION_ALL_ACCESS, attributes, size, 0x40, SEC_COMMIT, null);
  const seen = [0x0, 0x4, 0x2, 0x8, 0x4 | 0x8, 0x2 | 0x8, 0x4 | 0x2].map((access) => {
    NtOpenSection(out, access, attributes);
    return mapped(scene, out.value, STATUS_ACCESS_DENIED);
  });
  const read = [0x01, 0x02, 0x08];
  const execute = [0x01, 0x02, 0x08, 0x10, 0x20, 0x80];
  expect(seen).toEqual([[], read, [0x04], [], execute, [0x04, 0x40], [0x01, 0x02, 0x04, 0x08]]);
});

interface Shown {
  state: number;
  protect: number;
  allocationProtect: number;
}

/** What VirtualQuery says behind the first page of a copy-on-write view of five pages. */
function shown(scene: Scene, attributes: number): Shown {
  const base = view(scene, mapping(scene, 5, PAGE_READWRITE | attributes), FILE_MAP_COPY);
  const { state, protect, allocationProtect, ...rest } = scene.run(base + PAGE);
  const place = { base: base + PAGE, size: 4 * PAGE, allocationBase: base };
  expect(rest).toEqual({ ...place, type: MEM_MAPPED });
  return { state, protect, allocationProtect };
}

rule("7.4#1", "committed and reserved", (scene) => {
  for (const [caching, bit] of [
    [SEC_NOCACHE, 0x200] as const,
    [SEC_WRITECOMBINE, 0x400] as const,
  ]) {
    const both = PAGE_WRITECOPY | bit;
    const committed = { state: MEM_COMMIT, protect: both, allocationProtect: both };
    const reserved = { state: MEM_RESERVE, protect: 0, allocationProtect: both };
    expect(shown(scene, SEC_COMMIT | caching)).toEqual(committed);
    expect(shown(scene, SEC_RESERVE | caching)).toEqual(reserved);
  }
});

rule("7.4#2", "a copy-on-write view", (scene) => {
  const both = { protect: PAGE_WRITECOPY, allocationProtect: PAGE_WRITECOPY };
  expect(shown(scene, SEC_COMMIT)).toEqual({ state: MEM_COMMIT, ...both });
});

rule("7.4#3", "a copy-on-write view, and a commit in another", (scene) => {
  const both = { protect: 0, allocationProtect: PAGE_WRITECOPY };
  expect(shown(scene, SEC_RESERVE)).toEqual({ state: MEM_RESERVE, ...both });
  const base = view(scene, mapping(scene, 5, PAGE_READWRITE | SEC_RESERVE));
  scene.commit(base + PAGE, PAGE);
  expect([0, 1, 2].map((page) => scene.stateAt(base + page * PAGE))).toEqual([
    MEM_RESERVE,
    MEM_COMMIT,
    MEM_RESERVE,
  ]);
});

rule("7.5#1", "first, second and last byte", (scene) => {
  const handle = mapping(scene, 3);
  for (const inside of [0, 1, 3 * PAGE - 1]) {
    const base = view(scene, handle);
    expect(scene.kernel32.UnmapViewOfFile(base + inside)).toBe(1);
    expect(scene.machine.decision).toBe("7.5#1");
    expect(scene.stateAt(base)).toBe(MEM_FREE);
  }
});

rule("7.5#2", "behind a view and above the user space too", (scene) => {
  const base = view(scene, mapping(scene, 3));
  scene.take(BASE, PAGE);
  const outside = scene.machine.highestUserAddress + 1;
  const refusal = { decision: "7.5#2", error: ERROR_INVALID_ADDRESS };
  for (const address of [null, 0, BASE, BASE + GRANULARITY, base + 3 * PAGE, outside]) {
    expectError(scene, refusal, () => scene.kernel32.UnmapViewOfFile(address));
  }
});

rule("7.5#3", "one page copied, one shared", (scene) => {
  const handle = mapping(scene, 4);
  const shared = view(scene, handle);
  scene.memory.setUint8(shared, 2);
  scene.memory.setUint8(shared + PAGE, 3);
  const { commitCharge, frames } = scene.machine.counters;
  const base = view(scene, handle, FILE_MAP_COPY);
  scene.memory.setUint8(base, 5);
  expect(scene.machine.counters).toMatchObject({
    commitCharge: commitCharge + 4,
    frames: frames + 1,
  });
  expect(scene.kernel32.UnmapViewOfFile(base)).toBe(1);
  expect(scene.machine.counters).toMatchObject({ commitCharge, frames });
  expect(scene.kernel32.UnmapViewOfFile(shared)).toBe(1);
  const again = view(scene, handle);
  expect([scene.memory.getUint8(again), scene.memory.getUint8(again + PAGE)]).toEqual([2, 3]);
});

rule("7.5#5", "others, 2, 0 and 1", (scene) => {
  const { UnmapViewOfFileEx } = scene.kernel32;
  const handle = mapping(scene, 3);
  const base = view(scene, handle);
  const unmap = (flags: number, error: number) =>
    expectError(scene, { decision: "7.5#5", error }, () => UnmapViewOfFileEx(base, flags));
  for (const flags of [3, 4, 0xffffffff]) unmap(flags, ERROR_INVALID_PARAMETER);
  unmap(2, ERROR_INVALID_ADDRESS);
  expect(UnmapViewOfFileEx(base, 0)).toBe(1);
  expect(UnmapViewOfFileEx(view(scene, handle), 1)).toBe(1);
});

rule("7.5#6", "which stays", (scene) => {
  const base = view(scene, mapping(scene, 3));
  const refusal = { decision: "3.1#9", error: ERROR_INVALID_PARAMETER };
  expectError(scene, refusal, () => scene.kernel32.VirtualFree(base, 0, MEM_RELEASE));
});

rule("7.11#2", "a part and the whole", (scene) => {
  const { FlushViewOfFile } = scene.kernel32;
  const base = view(scene, mapping(scene, 3));
  scene.memory.setUint8(base, 1);
  for (const [address, size] of [[base, 0] as const, [base + PAGE, 2 * PAGE] as const]) {
    expect([FlushViewOfFile(address, size), scene.machine.decision]).toEqual([1, "7.11#2"]);
  }
  expect(scene.memory.getUint8(base)).toBe(1);
});

rule("7.11#3", "the section keeps its bytes", (scene) => {
  const handle = mapping(scene, 1);
  const shared = view(scene, handle);
  const base = view(scene, handle, FILE_MAP_COPY);
  scene.memory.setUint8(base, 1);
  expect(scene.kernel32.FlushViewOfFile(base, 0)).toBe(1);
  expect([scene.memory.getUint8(base), scene.memory.getUint8(shared)]).toEqual([1, 0]);
});

rule("7.11#4", "NULL, free, and above the user space", (scene) => {
  const refusal = { decision: "7.11#4", error: ERROR_INVALID_ADDRESS };
  for (const address of [null, BASE, scene.machine.highestUserAddress + 1]) {
    expectError(scene, refusal, () => scene.kernel32.FlushViewOfFile(address, 0));
  }
});

rule("7.11#5", "reserved and committed", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE, PAGE);
  const refusal = { decision: "7.11#5", error: ERROR_INVALID_ADDRESS };
  for (const address of [BASE, BASE + PAGE]) {
    expectError(scene, refusal, () => scene.kernel32.FlushViewOfFile(address, 1));
  }
});

function flushPastEnd(scene: Scene): void {
  const base = view(scene, mapping(scene, 3));
  const refusal = { decision: "7.11#6", error: ERROR_INVALID_ADDRESS };
  const { FlushViewOfFile } = scene.kernel32;
  expectError(scene, refusal, () => FlushViewOfFile(base + PAGE, 2 * PAGE + 1));
}

rule("7.11#6", "one byte too many", flushPastEnd);

rule("17.12#18", "one byte too many", flushPastEnd);

rule("17.12#7", "a commit in a SEC_RESERVE view", (scene) => {
  const base = view(scene, mapping(scene, 2, PAGE_READWRITE | SEC_RESERVE | SEC_NOCACHE));
  scene.commit(base, PAGE);
  expect(scene.run(base)).toMatchObject({ protect: 0x204, allocationProtect: 0x204 });
});

rule("17.12#8", "a commit in a SEC_RESERVE view", (scene) => {
  const base = view(scene, mapping(scene, 2, PAGE_READWRITE | SEC_RESERVE | SEC_WRITECOMBINE));
  scene.commit(base, PAGE);
  expect(scene.run(base)).toMatchObject({ protect: 0x404, allocationProtect: 0x404 });
});

rule("17.12#12", "with a closed handle", (scene) => {
  const { NtUnmapViewOfSection } = scene.ntdll;
  const far = scene.machine.highestUserAddress + 1;
  const base = view(scene, mapping(scene, 1));
  const above = { decision: "7.5#2", status: STATUS_NOT_MAPPED_VIEW };
  expectStatus(scene, above, () => NtUnmapViewOfSection(0, far));
  const below = { decision: "7.5#2", status: STATUS_INVALID_HANDLE };
  expectStatus(scene, below, () => NtUnmapViewOfSection(0, base));
});

rule("17.12#13", "VirtualProtect and MEM_COMMIT", (scene) => {
  const { VirtualProtect, VirtualAlloc, GetLastError } = scene.kernel32;
  const { NtAllocateVirtualMemory } = scene.ntdll;
  const call = { section: section(scene, 1), type: SEC_NO_CHANGE };
  const { status, base } = mapNative(scene, call);
  expect(status).toBe(0);
  for (const protect of [PAGE_READWRITE, PAGE_READONLY]) {
    const refusal = { decision: "3.3#8", error: ERROR_INVALID_PARAMETER };
    expectError(scene, refusal, () => VirtualProtect(base, PAGE, protect, { value: 0 }));
    expectUnchanged(scene, () => {
      const answer = VirtualAlloc(base, PAGE, MEM_COMMIT, protect);
      expect([answer, GetLastError()]).toEqual([0, ERROR_INVALID_PARAMETER]);
      const [at, size] = [{ value: base }, { value: PAGE }];
      const native = NtAllocateVirtualMemory(SELF, at, 0, size, MEM_COMMIT, protect);
      expect(native).toBe(STATUS_INVALID_PAGE_PROTECTION);
    });
  }
});

rule("17.12#16", "in one process, at an offset, and across two", (scene) => {
  const other = scene.another();
  const handle = mapping(scene, 0x20, PAGE_READWRITE, "a");
  const whole = view(scene, handle);
  const rest = view(scene, handle, FILE_MAP_READ, { offset: GRANULARITY });
  const far = view(other, mapping(other, 1, PAGE_READWRITE, "a"), FILE_MAP_WRITE);
  const at = GRANULARITY + PAGE - 2;
  scene.memory.setUint32(whole + at, 0x12345678);
  expect(scene.memory.getUint32(rest + PAGE - 2)).toBe(0x12345678);
  expect(other.memory.getUint32(far + at)).toBe(0x12345678);
  other.memory.setUint8(far + GRANULARITY, 3);
  expect(scene.memory.getUint8(rest)).toBe(3);
});

rule("17.12#17", "free memory", (scene) => {
  const refusal = { decision: "7.5#5", error: ERROR_INVALID_PARAMETER };
  expectError(scene, refusal, () => scene.kernel32.UnmapViewOfFileEx(BASE, 4));
});
