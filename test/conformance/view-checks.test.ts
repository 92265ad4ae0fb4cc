import { expect } from "vitest";
import {
  ERROR_COMMITMENT_LIMIT,
  ERROR_INVALID_ADDRESS,
  FILE_MAP_COPY,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  MEM_COMMIT,
  MEM_FREE,
  MEM_LARGE_PAGES,
  MEM_RESERVE,
  MEM_TOP_DOWN,
  PAGE_EXECUTE_READWRITE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_ALL_ACCESS,
  PROCESS_VM_OPERATION,
  SEC_NO_CHANGE,
  SEC_RESERVE,
  STATUS_ACCESS_DENIED,
  STATUS_COMMITMENT_LIMIT,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_3,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_8,
  STATUS_INVALID_PARAMETER_9,
  STATUS_INVALID_VIEW_SIZE,
  STATUS_MAPPED_ALIGNMENT,
  STATUS_NO_MEMORY,
  STATUS_OBJECT_TYPE_MISMATCH,
  ViewUnmap,
} from "../../src/constants.ts";
import { type Problem, pairsOf } from "./support/order.ts";
import { expectError, expectStatus } from "./support/refusal.ts";
import { ON_WIN32, rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";
import {
  create,
  map,
  mapNative,
  mapping,
  section,
  type ViewCall,
  type ViewPlace,
  view,
} from "./support/sections.ts";

const MEM_DOS_LIM = 0x40000000;

/** NtMapViewOfSection that has to fail by this row, and store nothing. */
function refused(scene: Scene, decision: string, status: number, call: ViewCall): void {
  expectStatus(scene, { decision, status }, () => {
    const answer = mapNative(scene, call);
    expect([answer.base, answer.size]).toEqual([call.base ?? 0, call.size ?? 0]);
    return answer.status;
  });
}

/** MapViewOfFileEx that has to fail by this row. */
function refusedWin32(
  scene: Scene,
  { decision, error }: { decision: string; error: number },
  handle: number,
  { access = FILE_MAP_WRITE, ...place }: ViewPlace & { access?: number } = {},
): void {
  expectError(scene, { decision, error }, () => map(scene, handle, access, place));
}

function good(scene: Scene): ViewCall {
  return { section: section(scene, 0x10), process: SELF, base: BASE };
}

rule("7.2#1", "0 and 3; 2 is known", (scene) => {
  const call = good(scene);
  for (const inherit of [0, 3]) {
    refused(scene, "7.2#1", STATUS_INVALID_PARAMETER_8, { ...call, inherit });
  }
  expect(mapNative(scene, { ...call, inherit: ViewUnmap }).status).toBe(0);
});

rule("7.2#2", "COMMIT and unknown bits; TOP_DOWN and NO_CHANGE pass", (scene) => {
  const call = good(scene);
  for (const type of [MEM_COMMIT, MEM_COMMIT | MEM_RESERVE, 0x1, 0x10000]) {
    refused(scene, "7.2#2", STATUS_INVALID_PARAMETER_9, { ...call, type });
  }
  for (const type of [MEM_TOP_DOWN, SEC_NO_CHANGE, MEM_LARGE_PAGES]) {
    mapNative(scene, { ...call, base: 0, type });
    expect(scene.machine.decision).not.toBe("7.2#2");
  }
});

function reserveRefused(scene: Scene): void {
  const call = { ...good(scene), type: MEM_RESERVE };
  refused(scene, "7.2#3", STATUS_INVALID_PARAMETER_9, { ...call, protect: 0x40 });
  refused(scene, "7.2#7", STATUS_INVALID_HANDLE, { ...call, section: 0 });
  refused(scene, "7.2#8", STATUS_MAPPED_ALIGNMENT, { ...call, base: BASE + PAGE });
}

rule("7.2#3", "before the protection of the section", reserveRefused);

rule("17.12#9", "a bad handle, a misaligned base", reserveRefused);

rule("7.2#3a", "refused where the system has 64 bits", (scene) => {
  const call = { ...good(scene), type: MEM_DOS_LIM };
  refused(scene, "7.2#3a", STATUS_INVALID_PARAMETER_9, call);
});

rule(
  "7.2#3a",
  "a 32-bit system",
  (scene) => {
    const call = { section: section(scene, 2), type: MEM_DOS_LIM, base: BASE + PAGE + 5 };
    expect(mapNative(scene, call)).toEqual({ status: 0, base: BASE + PAGE, size: 2 * PAGE });
    const again = { ...call, base: BASE + 2 * PAGE };
    refused(scene, "7.2#12", STATUS_CONFLICTING_ADDRESSES, again);
  },
  { on: ON_WIN32, machine: { wow64: false } },
);

rule("7.2#4", "none, two, modifiers", (scene) => {
  const call = good(scene);
  for (const protect of [0, 0x03, 0x104, 0x204, 0x404]) {
    refused(scene, "7.2#4", STATUS_INVALID_PAGE_PROTECTION, { ...call, protect });
  }
});

rule("7.2#5", "base and size", (scene) => {
  const call = good(scene);
  const room = scene.highestRegionAddress + 1;
  refused(scene, "7.2#5", STATUS_INVALID_PARAMETER_3, { ...call, base: room });
  const size = room - BASE + 1;
  refused(scene, "7.2#5", STATUS_INVALID_PARAMETER_3, { ...call, size });
  refusedWin32(scene, { decision: "7.2#5", error: 87 }, call.section, { base: room });
});

rule("7.2#6", "illegal, and a base above what they allow", (scene) => {
  const call = { ...good(scene), base: BASE + 1 };
  for (const zeroBits of [22, 4]) {
    refused(scene, "7.2#6", STATUS_INVALID_PARAMETER_4, { ...call, zeroBits });
  }
  const { status, base } = mapNative(scene, { ...call, base: 0, zeroBits: 4, type: MEM_TOP_DOWN });
  expect(status).toBe(0);
  expect(base).toBeLessThan(0x10000000);
});

rule("7.2#7", "closed, of the other kind, without the right", (scene) => {
  const call = good(scene);
  const { OpenProcess } = scene.kernel32;
  const everything = OpenProcess(PROCESS_ALL_ACCESS, 0, scene.process.id);
  const most = PROCESS_ALL_ACCESS & ~PROCESS_VM_OPERATION;
  const poor = OpenProcess(most, 0, scene.process.id);
  const deny = (status: number, wrong: Partial<ViewCall>) =>
    refused(scene, "7.2#7", status, { ...call, ...wrong });
  deny(STATUS_INVALID_HANDLE, { section: 0 });
  deny(STATUS_INVALID_HANDLE, { process: 0 });
  deny(STATUS_OBJECT_TYPE_MISMATCH, { section: everything });
  deny(STATUS_OBJECT_TYPE_MISMATCH, { process: call.section });
  deny(STATUS_ACCESS_DENIED, { process: poor });
  deny(STATUS_ACCESS_DENIED, { section: mapping(scene, 1, PAGE_READONLY) });
  refusedWin32(scene, { decision: "7.2#7", error: 6 }, 0);
  refusedWin32(scene, { decision: "7.2#7", error: 6 }, everything);
  refusedWin32(scene, { decision: "7.2#7", error: 5 }, mapping(scene, 1, PAGE_READONLY));
});

rule("7.2#7", "a view in another process", (scene) => {
  const other = scene.another();
  const process = scene.kernel32.OpenProcess(PROCESS_VM_OPERATION, 0, other.process.id);
  const call = good(scene);
  expect(mapNative(scene, { ...call, process })).toMatchObject({ status: 0, base: BASE });
  expect(scene.stateAt(BASE)).toBe(MEM_FREE);
  other.memory.setUint8(BASE, 7);
  expect(scene.memory.getUint8(view(scene, call.section))).toBe(7);
});

rule("7.2#8", "base and offset", (scene) => {
  const call = good(scene);
  refused(scene, "7.2#8", STATUS_MAPPED_ALIGNMENT, { ...call, base: BASE + PAGE });
  refused(scene, "7.2#8", STATUS_MAPPED_ALIGNMENT, { ...call, base: BASE + 1 });
  refused(scene, "7.2#8", STATUS_MAPPED_ALIGNMENT, { ...call, offset: PAGE });
  refusedWin32(scene, { decision: "7.2#8", error: 1132 }, call.section, { offset: PAGE });
});

rule("7.2#10", "the end and far behind it", (scene) => {
  const call = good(scene);
  for (const offset of [GRANULARITY, 9 * GRANULARITY]) {
    refused(scene, "7.2#10", STATUS_INVALID_PARAMETER, { ...call, offset });
    refusedWin32(scene, { decision: "7.2#10", error: 87 }, call.section, { offset });
  }
});

rule("7.2#11", "with and without an offset", (scene) => {
  const handle = create(scene, PAGE_READWRITE, 0x23456);
  const answer = { decision: "7.2#11", error: 5 };
  const places = [
    { size: 0x24001 },
    { offset: 0x20000, size: 0x5000 },
    { offset: 0x30000, size: 1 },
  ];
  for (const place of places) {
    refusedWin32(scene, answer, handle, place);
    refused(scene, "7.2#11", STATUS_INVALID_VIEW_SIZE, { section: handle, ...place });
  }
});

rule("7.2#12", "a page at the end of the range, and the same place twice", (scene) => {
  const handle = section(scene, 0x20);
  scene.take(BASE + GRANULARITY, PAGE);
  for (const base of [BASE, BASE + GRANULARITY]) {
    refused(scene, "7.2#12", STATUS_CONFLICTING_ADDRESSES, { section: handle, base });
  }
  const place = { base: BASE, size: GRANULARITY };
  view(scene, handle, FILE_MAP_READ, place);
  refusedWin32(scene, { decision: "7.2#12", error: ERROR_INVALID_ADDRESS }, handle, place);
});

rule("7.2#13", "zero bits that leave too little", (scene) => {
  const handle = section(scene, 0x10000, PAGE_READWRITE, SEC_RESERVE);
  refused(scene, "7.2#13", STATUS_NO_MEMORY, { section: handle, zeroBits: 4 });
});

rule(
  "7.2#13",
  "a section as large as the space",
  (scene) => {
    const handle = section(scene, 0x80000, PAGE_READWRITE, SEC_RESERVE);
    refusedWin32(scene, { decision: "7.2#13", error: 8 }, handle);
  },
  { on: ON_WIN32 },
);

rule(
  "7.2#14",
  "copies, and the pages of CommitSize",
  (scene) => {
    const handle = mapping(scene, 6);
    const answer = { decision: "7.2#14", error: ERROR_COMMITMENT_LIMIT };
    refusedWin32(scene, answer, handle, { access: FILE_MAP_COPY });
    const call = { section: section(scene, 8, PAGE_READWRITE, SEC_RESERVE) };
    refused(scene, "7.2#14", STATUS_COMMITMENT_LIMIT, { ...call, commitSize: 5 * PAGE });
    expect(mapNative(scene, { ...call, commitSize: 4 * PAGE }).status).toBe(0);
  },
  { machine: { commitLimit: 10 } },
);

rule("7.2#15", "a section of 23456 bytes", (scene) => {
  const handle = create(scene, PAGE_READWRITE, 0x23456);
  const sizes = [
    { size: 0 },
    { size: 1 },
    { size: 0x24000 },
    { offset: 0x10000, size: 0 },
    { offset: 0x20000, size: 0x1001 },
  ].map((place) => scene.run(view(scene, handle, FILE_MAP_WRITE, place)).size);
  expect(sizes).toEqual([0x24000, 0x1000, 0x24000, 0x14000, 0x2000]);
});

rule("7.2#16", "NULL, free, misaligned", (scene) => {
  const { MapViewOfFile, MapViewOfFileEx } = scene.kernel32;
  const handle = mapping(scene, 1);
  const first = MapViewOfFile(handle, FILE_MAP_READ, 0, 0, 0);
  const second = MapViewOfFileEx(handle, FILE_MAP_READ, 0, 0, 0, null);
  expect([first % GRANULARITY, second - first]).toEqual([0, GRANULARITY]);
  expect(MapViewOfFileEx(handle, FILE_MAP_READ, 0, 0, 0, BASE)).toBe(BASE);
  const misaligned = { base: BASE + GRANULARITY + PAGE };
  refusedWin32(scene, { decision: "7.2#8", error: 1132 }, handle, misaligned);
});

/** One way to break each row, in their order. */
function problems(scene: Scene): Problem<ViewCall>[] {
  const room = scene.highestRegionAddress + 1;
  return [
    { decision: "7.2#1", wrong: { inherit: 0 } },
    { decision: "7.2#2", wrong: { type: MEM_COMMIT } },
    { decision: "7.2#3a", wrong: { type: MEM_DOS_LIM } },
    { decision: "7.2#4", wrong: { protect: 0x03 } },
    { decision: "7.2#5", wrong: { base: room } },
    { decision: "7.2#6", wrong: { zeroBits: 22 } },
    { decision: "7.2#7", wrong: { section: 0 } },
    { decision: "7.2#8", wrong: { base: BASE + PAGE } },
    { decision: "7.2#3", wrong: { type: MEM_RESERVE } },
    { decision: "7.2#9", wrong: { protect: PAGE_EXECUTE_READWRITE } },
    { decision: "7.2#10", wrong: { offset: 9 * GRANULARITY } },
    { decision: "7.2#11", wrong: { size: 2 * GRANULARITY } },
    { decision: "7.2#12", wrong: { base: BASE - GRANULARITY } },
  ];
}

for (const id of [1, 2, 4, 5, 6, 7, 8, 9].map((row) => `7.2#${row}`)) {
  rule(id, "comes before every later row", (scene) => {
    const call = good(scene);
    scene.reserve(BASE - GRANULARITY, GRANULARITY);
    for (const pair of pairsOf(problems(scene)).filter(({ decision }) => decision === id)) {
      mapNative(scene, { ...call, ...pair.wrong });
      expect(scene.machine.decision, `over ${pair.later}`).toBe(id);
    }
  });
}
