import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_COMMITMENT_LIMIT,
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  ERROR_MAPPED_ALIGNMENT,
  ERROR_NOT_ENOUGH_MEMORY,
  FILE_MAP_WRITE,
  MEM_COMMIT,
  MEM_PRESERVE_PLACEHOLDER,
  MEM_REPLACE_PLACEHOLDER,
  MEM_RESERVE,
  MEM_TOP_DOWN,
  MEM_UNMAP_WITH_TRANSIENT_BOOST,
  MemExtendedParameterNumaNode,
  PAGE_EXECUTE_READWRITE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  PROCESS_VM_OPERATION,
  PROCESS_VM_READ,
  PROCESS_VM_WRITE,
  SEC_RESERVE,
  STATUS_ACCESS_VIOLATION,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_9,
  STATUS_MAPPED_ALIGNMENT,
} from "../../src/constants.ts";
import type { AddressRequirements, ExtendedParameter } from "../../src/extended-parameters.ts";
import { fileMapping } from "./support/file-sections.ts";
import { COALESCE, hold, map3, replaceByView, within } from "./support/placeholders.ts";
import { expectError, expectStatus } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";
import { mapNative, mapping, PROTECTIONS, view } from "./support/sections.ts";

const REPLACE = MEM_REPLACE_PLACEHOLDER;

interface ExCall {
  section: number;
  process?: number | null;
  base?: number;
  offset?: number | bigint;
  size?: number;
  type?: number;
  protect?: number;
  parameters?: ExtendedParameter[] | null;
}

/** NtMapViewOfSectionEx: its status, and where the view is. */
function mapEx(scene: Scene, call: ExCall) {
  const base = { value: call.base ?? 0 };
  const size = { value: call.size ?? 0 };
  const status = scene.ntdll.NtMapViewOfSectionEx(
    call.section,
    call.process === undefined ? SELF : call.process,
    base,
    { value: call.offset ?? 0 },
    size,
    call.type ?? 0,
    call.protect ?? PAGE_READWRITE,
    call.parameters ?? null,
  );
  return { status, base: base.value, size: size.value };
}

function exRefused(scene: Scene, decision: string, status: number, call: ExCall): void {
  expectStatus(scene, { decision, status }, () => mapEx(scene, call).status);
}

/** The three functions of kernel32 that map by a protection, at a base and an offset. */
function mapAllWays(scene: Scene, handle: number, base: number, offset: number): (() => number)[] {
  const { MapViewOfFile2, MapViewOfFileNuma2 } = scene.kernel32;
  const rest = [offset, base, PAGE, 0, PAGE_READWRITE] as const;
  return [
    () => MapViewOfFile2(handle, SELF, ...rest),
    () => MapViewOfFileNuma2(handle, SELF, ...rest, 0),
    () => map3(scene, handle, base, PAGE, 0, offset),
  ];
}

rule("7.10#1", "by a page, by a byte, and by an offset", (scene) => {
  const handle = mapping(scene, 0x20);
  const refusal = { decision: "7.2#8", error: ERROR_MAPPED_ALIGNMENT };
  for (const [base, offset] of [
    [BASE + PAGE, 0] as const,
    [BASE + 42, 0] as const,
    [BASE, PAGE] as const,
    [BASE, GRANULARITY + 1] as const,
  ]) {
    for (const call of mapAllWays(scene, handle, base, offset)) expectError(scene, refusal, call);
  }
  for (const call of mapAllWays(scene, handle, BASE, GRANULARITY)) {
    expect(call()).toBe(BASE);
    expect(scene.kernel32.UnmapViewOfFile(BASE)).toBe(1);
  }
});

rule("7.10#1", "of a placeholder", (scene) => {
  hold(scene, BASE, 1, 1, 2);
  const handle = mapping(scene, 3);
  const at = BASE + PAGE;
  const refusal = { decision: "7.2#8", error: ERROR_MAPPED_ALIGNMENT };
  expectError(scene, refusal, () => map3(scene, handle, at - 1, PAGE, REPLACE, PAGE));
  expectError(scene, refusal, () => map3(scene, handle, at, PAGE, REPLACE, PAGE - 1));
  const whole = view(scene, handle);
  scene.memory.setUint8(whole + PAGE, 5);
  expect(map3(scene, handle, at, PAGE, REPLACE, PAGE)).toBe(at);
  expect(scene.memory.getUint8(at)).toBe(5);
});

rule("7.10#2", "and neither is a handle that was never given", (scene) => {
  const section = mapping(scene, 1);
  for (const process of [null, 0x5554]) {
    exRefused(scene, "7.2#7", STATUS_INVALID_HANDLE, { section, process });
  }
  const { MapViewOfFile2, UnmapViewOfFile2 } = scene.kernel32;
  const refusal = { error: ERROR_INVALID_HANDLE };
  expectError(scene, { decision: "7.2#7", ...refusal }, () =>
    MapViewOfFile2(section, null, 0, 0, 0, 0, PAGE_READWRITE),
  );
  const base = view(scene, section);
  expectError(scene, { decision: "7.5#2", ...refusal }, () => UnmapViewOfFile2(null, base, 0));
});

rule("7.10#3", "before all else", (scene) => {
  const node = { Type: MemExtendedParameterNumaNode, ULong64: 0 };
  const call = { section: 0, type: 1, protect: 0 };
  for (const parameters of [[{ Type: 0 }], [{ Type: 6 }], [node, node]]) {
    exRefused(scene, "7.10#3", STATUS_INVALID_PARAMETER, { ...call, parameters });
  }
  const { status } = mapEx(scene, { section: mapping(scene, 1), parameters: [node] });
  expect(status).toBe(0);
  const refusal = { decision: "8.1#1", error: ERROR_INVALID_PARAMETER };
  const { MapViewOfFile3 } = scene.kernel32;
  expectError(scene, refusal, () => MapViewOfFile3(0, SELF, 0, 0, 0, 0, PAGE_READWRITE, null, 1));
});

/** Requirements that have to be refused by this row, whatever else is wrong. */
function requirementsRefused(scene: Scene, row: string, requirements: AddressRequirements): void {
  const parameters = within(requirements);
  const section = mapping(scene, 1);
  exRefused(scene, row, STATUS_INVALID_PARAMETER, { section, parameters });
  exRefused(scene, row, STATUS_INVALID_PARAMETER, { section: 0, type: 1, parameters });
}

rule("7.10#4", "even the one that views have", (scene) => {
  for (const Alignment of [1, PAGE, GRANULARITY, 2 * GRANULARITY, 0x30000]) {
    requirementsRefused(scene, "7.10#4", { Alignment });
  }
});

rule("7.10#5", "which place a view, lowest first and from the top", (scene) => {
  const section = mapping(scene, 4);
  const { highestUserAddress } = scene.machine;
  const place = (requirements: AddressRequirements, type = 0) => {
    const { status, base } = mapEx(scene, { section, type, parameters: within(requirements) });
    expect(status, scene.machine.decision).toBe(0);
    return base;
  };
  expect(place({ LowestStartingAddress: BASE })).toBe(BASE);
  expect(place({ LowestStartingAddress: BASE })).toBe(BASE + GRANULARITY);
  expect(place({ HighestEndingAddress: BASE + PAGE - 1 }, MEM_TOP_DOWN)).toBe(BASE - GRANULARITY);
  const top = place({ HighestEndingAddress: highestUserAddress }, MEM_TOP_DOWN);
  expect(top).toBe(scene.highestRegionAddress + 1 - GRANULARITY);
  const full = within({ LowestStartingAddress: BASE, HighestEndingAddress: BASE + 0xffff });
  const { MapViewOfFile3 } = scene.kernel32;
  expectError(scene, { decision: "7.2#13", error: ERROR_NOT_ENOUGH_MEMORY }, () =>
    MapViewOfFile3(section, SELF, 0, 0, 0, 0, PAGE_READWRITE, full),
  );
});

rule("7.10#5", "those that are refused, and a base beside them", (scene) => {
  const { highestUserAddress } = scene.machine;
  for (const LowestStartingAddress of [1, PAGE]) {
    requirementsRefused(scene, "7.10#5", { LowestStartingAddress });
  }
  for (const highest of [BASE, BASE + 1, BASE - 2, highestUserAddress + PAGE]) {
    requirementsRefused(scene, "7.10#5", { HighestEndingAddress: highest });
  }
  const twisted = { LowestStartingAddress: BASE, HighestEndingAddress: BASE - 1 };
  requirementsRefused(scene, "7.10#5", twisted);
  const parameters = within({ LowestStartingAddress: BASE });
  const call = { section: mapping(scene, 1), base: BASE, parameters };
  exRefused(scene, "7.10#5", STATUS_INVALID_PARAMETER, call);
  expect(mapEx(scene, { ...call, parameters: within({}) }).status).toBe(0);
});

rule("7.10#6", "less, more, another place, and what is none", (scene) => {
  hold(scene, BASE, 3, 3, 10);
  const handle = mapping(scene, 0x20);
  scene.reserve(BASE + GRANULARITY, 4 * PAGE);
  const refusal = { decision: "7.10#6", error: ERROR_INVALID_ADDRESS };
  const conflict = (base: number, size: number) =>
    expectError(scene, refusal, () => map3(scene, handle, base, size));
  conflict(BASE, 2 * PAGE);
  conflict(BASE, 3 * PAGE - 1);
  conflict(BASE, 4 * PAGE);
  conflict(BASE, 6 * PAGE);
  conflict(BASE + PAGE, 2 * PAGE);
  conflict(BASE + GRANULARITY, 4 * PAGE);
  conflict(BASE + 2 * GRANULARITY, PAGE);
  conflict(0, PAGE);
  conflict(BASE, 0);
  replaceByView(scene, handle, BASE, 3);
  conflict(BASE, 3 * PAGE);
});

rule("7.10#6", "size 0 is that of the section", (scene) => {
  hold(scene, BASE, 3, 1);
  const handle = mapping(scene, 3);
  expect(map3(scene, handle, BASE, 0)).toBe(BASE);
  expect(map3(scene, handle, BASE + 3 * PAGE, 0, REPLACE, 2 * PAGE)).toBe(BASE + 3 * PAGE);
});

rule(
  "7.10#6",
  "and only as much charge as there is",
  (scene) => {
    hold(scene, BASE, 8);
    const handle = mapping(scene, 8);
    const refusal = { decision: "7.2#14", error: ERROR_COMMITMENT_LIMIT };
    expectError(scene, refusal, () =>
      map3(scene, handle, BASE, 8 * PAGE, REPLACE, 0, PAGE_WRITECOPY),
    );
    replaceByView(scene, handle, BASE, 8);
  },
  { machine: { commitLimit: 15 } },
);

rule("8.3#11", "of a file, which is as long as it wants", (scene) => {
  hold(scene, BASE, 3, 5);
  const handle = fileMapping(scene, 3);
  replaceByView(scene, handle, BASE, 3);
  scene.memory.setUint8(BASE + PAGE, 7);
  const other = view(scene, handle);
  expect(scene.memory.getUint8(other + PAGE)).toBe(7);
  const base = BASE + 3 * PAGE;
  expect(map3(scene, handle, base, 5 * PAGE, MEM_REPLACE_PLACEHOLDER | MEM_RESERVE)).toBe(base);
  expect(scene.run(base)).toMatchObject({ state: MEM_COMMIT, size: 3 * PAGE });
  expect(scene.run(base + 3 * PAGE)).toMatchObject({ state: MEM_RESERVE, size: 2 * PAGE });
  for (const at of [BASE, base]) {
    expect(scene.kernel32.UnmapViewOfFileEx(at, MEM_PRESERVE_PLACEHOLDER)).toBe(1);
  }
  scene.free(BASE, 8 * PAGE, COALESCE);
  expect(scene.memory.getUint8(other + PAGE)).toBe(7);
});

rule("7.10#7", "each of them", (scene) => {
  const { MapViewOfFile2 } = scene.kernel32;
  const handle = mapping(scene, 1, PAGE_EXECUTE_READWRITE);
  for (const protect of PROTECTIONS) {
    for (const base of [
      MapViewOfFile2(handle, SELF, 0, 0, 0, 0, protect),
      map3(scene, handle, 0, 0, 0, 0, protect),
    ]) {
      expect(scene.run(base)).toMatchObject({ protect, allocationProtect: protect });
    }
  }
  const call = { section: handle, protect: PAGE_READWRITE | 0x200 };
  exRefused(scene, "7.2#4", STATUS_INVALID_PAGE_PROTECTION, call);
});

rule("7.2#2", "by the service with extended parameters, without the number", (scene) => {
  const section = mapping(scene, 1);
  for (const type of [0x1000, 1, 0x8000, 0x40000]) {
    exRefused(scene, "7.2#2", STATUS_INVALID_PARAMETER, { section, type });
  }
  const native = { decision: "7.2#2", status: STATUS_INVALID_PARAMETER_9 };
  expectStatus(scene, native, () => mapNative(scene, { section, type: REPLACE }).status);
  const { MapViewOfFile2 } = scene.kernel32;
  expectError(scene, { decision: "7.2#2", error: ERROR_INVALID_PARAMETER }, () =>
    MapViewOfFile2(section, SELF, 0, BASE, 0, REPLACE, PAGE_READWRITE),
  );
});

rule("7.2#3", "by the service with extended parameters, without the number", (scene) => {
  const call = { section: mapping(scene, 1, PAGE_READWRITE | SEC_RESERVE), type: MEM_RESERVE };
  exRefused(scene, "7.2#3", STATUS_INVALID_PARAMETER, call);
  const { MapViewOfFile2 } = scene.kernel32;
  expectError(scene, { decision: "7.2#3", error: ERROR_INVALID_PARAMETER }, () =>
    MapViewOfFile2(call.section, SELF, 0, 0, 0, MEM_RESERVE, PAGE_READWRITE),
  );
});

rule("7.2#5", "by the service with extended parameters, without the number", (scene) => {
  const section = mapping(scene, 1);
  const far = { section, base: scene.highestRegionAddress + 1 };
  exRefused(scene, "7.2#5", STATUS_INVALID_PARAMETER, far);
  const long = { section, base: BASE, size: scene.highestRegionAddress + 2 - BASE };
  exRefused(scene, "7.2#5", STATUS_INVALID_PARAMETER, long);
  const { NtMapViewOfSectionEx } = scene.ntdll;
  expectStatus(scene, { decision: "7.2#5", status: STATUS_ACCESS_VIOLATION }, () =>
    NtMapViewOfSectionEx(section, SELF, BASE, null, { value: 0 }, 0, PAGE_READWRITE),
  );
});

rule("7.2#8", "before a conflict, by the service with extended parameters", (scene) => {
  const base = scene.take(BASE, PAGE);
  const section = mapping(scene, 1);
  exRefused(scene, "7.2#8", STATUS_MAPPED_ALIGNMENT, { section, base, offset: 1 });
  exRefused(scene, "7.2#12", STATUS_CONFLICTING_ADDRESSES, { section, base });
  exRefused(scene, "7.2#10", STATUS_INVALID_PARAMETER, { section, offset: 2n ** 62n });
  expect(() => scene.kernel32.MapViewOfFile2(section, SELF, 2n ** 64n, 0, 0, 0, 2)).toThrow(
    /offset must fit in 64 bits/,
  );
});

rule("7.5#5", "for the view of another process", (scene) => {
  const other = scene.another();
  const { OpenProcess, UnmapViewOfFile2 } = scene.kernel32;
  const target = OpenProcess(PROCESS_VM_OPERATION, 0, other.process.id);
  const handle = mapping(scene, 2);
  const base = mapNative(scene, { section: handle, process: target }).base;
  const unmap = (flags: number, error: number) =>
    expectError(scene, { decision: "7.5#5", error }, () => UnmapViewOfFile2(target, base, flags));
  for (const flags of [3, 4, 0x8000, 0xffffffff]) unmap(flags, ERROR_INVALID_PARAMETER);
  unmap(MEM_PRESERVE_PLACEHOLDER, ERROR_INVALID_ADDRESS);
  expect(UnmapViewOfFile2(target, base, MEM_UNMAP_WITH_TRANSIENT_BOOST)).toBe(1);
  expectError(scene, { decision: "7.5#2", error: ERROR_INVALID_ADDRESS }, () =>
    UnmapViewOfFile2(target, base, 0),
  );
});

rule("7.5#5", "a view that replaced a placeholder, and what is left then", (scene) => {
  const { UnmapViewOfFileEx } = scene.kernel32;
  const { NtUnmapViewOfSectionEx } = scene.ntdll;
  hold(scene, BASE, 2);
  const handle = mapping(scene, 2);
  replaceByView(scene, handle, BASE, 2);
  expect(UnmapViewOfFileEx(BASE + PAGE, MEM_PRESERVE_PLACEHOLDER)).toBe(1);
  const gone = { decision: "7.5#2", error: ERROR_INVALID_ADDRESS };
  for (const flags of [0, MEM_PRESERVE_PLACEHOLDER]) {
    expectError(scene, gone, () => UnmapViewOfFileEx(BASE, flags));
  }
  replaceByView(scene, handle, BASE, 2);
  expect(NtUnmapViewOfSectionEx(SELF, BASE, MEM_UNMAP_WITH_TRANSIENT_BOOST)).toBe(0);
  expectError(scene, { decision: "7.10#6", error: ERROR_INVALID_ADDRESS }, () =>
    map3(scene, handle, BASE, 2 * PAGE),
  );
});

rule("12.1#3", "and UnmapViewOfFile2, each with it alone", (scene) => {
  const other = scene.another();
  const { MapViewOfFile2, MapViewOfFile3, OpenProcess, UnmapViewOfFile2 } = scene.kernel32;
  const handle = mapping(scene, 1);
  const mine = view(scene, handle, FILE_MAP_WRITE);
  const all = PROCESS_VM_READ | PROCESS_VM_WRITE;
  const weak = OpenProcess(all, 0, other.process.id);
  const target = OpenProcess(PROCESS_VM_OPERATION, 0, other.process.id);
  const error = ERROR_ACCESS_DENIED;
  const base = MapViewOfFile2(handle, target, 0, BASE, 0, 0, PAGE_READONLY);
  expect(base).toBe(BASE);
  scene.memory.setUint8(mine, 3);
  expect(other.memory.getUint8(base)).toBe(3);
  for (const call of [
    () => MapViewOfFile2(handle, weak, 0, 0, 0, 0, PAGE_READONLY),
    () => MapViewOfFile3(handle, weak, 0, 0, 0, 0, PAGE_READONLY),
  ]) {
    expectError(scene, { decision: "7.2#7", error }, call);
  }
  expectError(scene, { decision: "7.5#2", error }, () => UnmapViewOfFile2(weak, base, 0));
  expect(UnmapViewOfFile2(target, base, 0)).toBe(1);
  expect(MapViewOfFile3(handle, target, BASE, 0, 0, 0, PAGE_READONLY)).toBe(BASE);
});
