import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_BAD_LENGTH,
  ERROR_INVALID_PARAMETER,
  ERROR_NOACCESS,
  MEM_COMMIT,
  MEM_FREE,
  MEM_IMAGE,
  MEM_MAPPED,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  PROCESS_QUERY_INFORMATION,
  PROCESS_VM_OPERATION,
  STATUS_ACCESS_DENIED,
  STATUS_ACCESS_VIOLATION,
  STATUS_INFO_LENGTH_MISMATCH,
  STATUS_INVALID_INFO_CLASS,
  STATUS_INVALID_PARAMETER,
} from "../../src/constants.ts";
import { expectError, expectStatus } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const BASIC = 0;

/** Where the fields of the structure lie, by the width of a pointer. */
const OFFSETS = {
  4: {
    size: 28,
    BaseAddress: 0,
    AllocationBase: 4,
    AllocationProtect: 8,
    RegionSize: 0xc,
    State: 0x10,
    Protect: 0x14,
    Type: 0x18,
  },
  8: {
    size: 48,
    BaseAddress: 0,
    AllocationBase: 8,
    AllocationProtect: 0x10,
    RegionSize: 0x18,
    State: 0x20,
    Protect: 0x24,
    Type: 0x28,
  },
} as const;

function offsets(scene: Scene) {
  return OFFSETS[scene.machine.pointerBytes];
}

rule("3.5#1", "every shorter length", (scene) => {
  const { size } = offsets(scene);
  for (const length of [0, 4, size - 4, size - 1]) {
    const refusal = {
      decision: "3.5#1",
      status: STATUS_INFO_LENGTH_MISMATCH,
      error: ERROR_BAD_LENGTH,
    };
    const out = { value: null as never };
    expectError(scene, refusal, () => scene.kernel32.VirtualQuery(BASE, out, length));
    expectStatus(scene, refusal, () =>
      scene.ntdll.NtQueryVirtualMemory(SELF, BASE, BASIC, out, length),
    );
    expect(out.value).toBe(null);
  }
});

rule("3.5#2", "the answer is the length of the structure", (scene) => {
  const { size } = offsets(scene);
  const { VirtualQuery } = scene.kernel32;
  for (const length of [size, size + 1, 4096]) {
    expect(VirtualQuery(BASE, { value: {} as never }, length)).toBe(size);
  }
  const written = { value: 0 };
  const out = { value: {} as never };
  expect(scene.ntdll.NtQueryVirtualMemory(SELF, BASE, BASIC, out, 4096, written)).toBe(0);
  expect(written.value).toBe(size);
});

rule("3.5#3", "just above, and far above", (scene) => {
  const refusal = {
    decision: "3.5#3",
    status: STATUS_INVALID_PARAMETER,
    error: ERROR_INVALID_PARAMETER,
  };
  const { highestUserAddress } = scene.machine;
  const { size } = offsets(scene);
  const far = scene.wide ? 0xfffff80000000000n : 0x80000000;
  const out = { value: {} as never };
  for (const address of [highestUserAddress + 1, far]) {
    expectError(scene, refusal, () => scene.kernel32.VirtualQuery(address, out));
    expectStatus(scene, refusal, () =>
      scene.ntdll.NtQueryVirtualMemory(SELF, address, BASIC, out, size),
    );
  }
  expect(scene.kernel32.VirtualQuery(highestUserAddress, out)).toBe(size);
});

rule("3.5#4", "NULL, read-only and free memory, a straddle", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.memory.fill(BASE, 0xcc, 2 * PAGE);
  scene.protect(BASE + PAGE, PAGE, PAGE_READONLY);
  const refusal = {
    decision: "3.5#4",
    status: STATUS_ACCESS_VIOLATION,
    error: ERROR_NOACCESS,
  };
  const { size } = offsets(scene);
  for (const at of [0, BASE + PAGE, BASE + PAGE - 8, BASE + GRANULARITY]) {
    expectError(scene, refusal, () => scene.kernel32.VirtualQuery(BASE, at, size));
    expectStatus(scene, refusal, () =>
      scene.ntdll.NtQueryVirtualMemory(SELF, BASE, BASIC, at, size),
    );
  }
  expect(scene.memory.getBigUint64(BASE + PAGE - 8)).toBe(0xccccccccccccccccn);
});

rule("3.5#4", "a straddle that fails takes no frame for its first page", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.protect(BASE + PAGE, PAGE, PAGE_READONLY);
  const { size } = offsets(scene);
  expectError(scene, { decision: "3.5#4", error: ERROR_NOACCESS }, () =>
    scene.kernel32.VirtualQuery(BASE, BASE + PAGE - 8, size),
  );
});

rule("3.5#5", "VM_OPERATION alone is not enough", (scene) => {
  const { OpenProcess, VirtualQueryEx } = scene.kernel32;
  const weak = OpenProcess(PROCESS_VM_OPERATION, 0, scene.process.id);
  const strong = OpenProcess(PROCESS_QUERY_INFORMATION, 0, scene.process.id);
  const refusal = {
    decision: "3.5#5",
    status: STATUS_ACCESS_DENIED,
    error: ERROR_ACCESS_DENIED,
  };
  const { size } = offsets(scene);
  const out = { value: {} as never };
  expectError(scene, refusal, () => VirtualQueryEx(weak, BASE, out));
  expectStatus(scene, refusal, () =>
    scene.ntdll.NtQueryVirtualMemory(weak, BASE, BASIC, out, size),
  );
  expect(VirtualQueryEx(strong, BASE, out)).toBe(size);
});

rule("3.5#6", "a class that nobody knows", (scene) => {
  const refusal = { decision: "3.5#6", status: STATUS_INVALID_INFO_CLASS };
  const out = { value: {} as never };
  for (const informationClass of [0x7f, 0xffffffff]) {
    expectStatus(scene, refusal, () =>
      scene.ntdll.NtQueryVirtualMemory(SELF, BASE, informationClass, out, 48),
    );
  }
});

/** A region of eight pages with one committed at the third, and free space behind. */
function threeStates(scene: Scene): void {
  scene.reserve(BASE, 8 * PAGE, PAGE_EXECUTE_READ);
  scene.commit(BASE + 2 * PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD);
}

rule("3.5#7", "in every state", (scene) => {
  threeStates(scene);
  expect(scene.run(BASE + 0x1abc).base).toBe(BASE + 0x1000);
  expect(scene.run(BASE + 0x2fff).base).toBe(BASE + 0x2000);
  expect(scene.run(BASE + 0x12345).base).toBe(BASE + 0x12000);
});

rule("3.5#8", "in every state", (scene) => {
  threeStates(scene);
  expect(scene.run(BASE + PAGE).allocationBase).toBe(BASE);
  expect(scene.run(BASE + 2 * PAGE).allocationBase).toBe(BASE);
  expect(scene.run(BASE + 8 * PAGE).allocationBase).toBe(0);
});

rule("3.5#9", "in every state", (scene) => {
  threeStates(scene);
  expect(scene.run(BASE + PAGE).allocationProtect).toBe(PAGE_EXECUTE_READ);
  expect(scene.run(BASE + 2 * PAGE).allocationProtect).toBe(PAGE_EXECUTE_READ);
  expect(scene.run(BASE + 8 * PAGE).allocationProtect).toBe(0);
});

rule("3.5#10", "in every state", (scene) => {
  threeStates(scene);
  scene.reserve(BASE + 0x100000, PAGE);
  expect(scene.run(BASE).size).toBe(2 * PAGE);
  expect(scene.run(BASE + 2 * PAGE).size).toBe(PAGE);
  expect(scene.run(BASE + 3 * PAGE).size).toBe(5 * PAGE);
  expect(scene.run(BASE + 8 * PAGE).size).toBe(0x100000 - 8 * PAGE);
});

rule("3.5#10", "the last free run ends with the user space", (scene) => {
  const { highestUserAddress } = scene.machine;
  const last = scene.runs().at(-1);
  expect((last?.base ?? 0) + (last?.size ?? 0)).toBe(highestUserAddress + 1);
});

rule("3.5#11", "the three", (scene) => {
  threeStates(scene);
  expect(scene.stateAt(BASE)).toBe(MEM_RESERVE);
  expect(scene.stateAt(BASE + 2 * PAGE)).toBe(MEM_COMMIT);
  expect(scene.stateAt(BASE + 8 * PAGE)).toBe(MEM_FREE);
});

rule("3.5#12", "in every state", (scene) => {
  threeStates(scene);
  expect(scene.protectionAt(BASE)).toBe(0);
  expect(scene.protectionAt(BASE + 2 * PAGE)).toBe(PAGE_READWRITE | PAGE_GUARD);
  expect(scene.protectionAt(BASE + 8 * PAGE)).toBe(PAGE_NOACCESS);
});

rule("3.5#13", "of every kind of region", (scene) => {
  threeStates(scene);
  scene.view(BASE + GRANULARITY, GRANULARITY, PAGE_READONLY, "file");
  scene.view(BASE + 2 * GRANULARITY, GRANULARITY, PAGE_READONLY, "pagefile");
  scene.image(BASE + 3 * GRANULARITY, GRANULARITY, PAGE_READONLY);
  scene.adopt({
    base: BASE + 4 * GRANULARITY,
    size: PAGE,
    type: MEM_MAPPED,
    allocationProtect: PAGE_READWRITE,
    backing: "pagefile",
  });
  const types = [0, 2, 8, 16, 32, 48, 64].map((page) => scene.run(BASE + page * PAGE).type);
  const views = [MEM_MAPPED, MEM_MAPPED, MEM_IMAGE, MEM_MAPPED];
  expect(types).toEqual([MEM_PRIVATE, MEM_PRIVATE, 0, ...views]);
});

rule("3.5#14", "the middle of a run", (scene) => {
  scene.take(BASE, 8 * PAGE);
  expect(scene.run(BASE + 5 * PAGE)).toMatchObject({ base: BASE + 5 * PAGE, size: 3 * PAGE });
});

rule("3.5#15", "state, protection and guard", (scene) => {
  scene.reserve(BASE, 8 * PAGE);
  scene.commit(BASE, 6 * PAGE);
  scene.protect(BASE + PAGE, PAGE, PAGE_READONLY);
  scene.protect(BASE + 2 * PAGE, PAGE, PAGE_READONLY | PAGE_GUARD);
  const sizes = [0, 1, 2, 3, 6].map((page) => scene.run(BASE + page * PAGE).size / PAGE);
  expect(sizes).toEqual([1, 1, 1, 3, 2]);
});

rule("3.5#16", "committed, reserved, and split by a release", (scene) => {
  scene.take(BASE, GRANULARITY);
  scene.take(BASE + GRANULARITY, GRANULARITY);
  scene.reserve(BASE + 2 * GRANULARITY, GRANULARITY);
  scene.reserve(BASE + 3 * GRANULARITY, GRANULARITY);
  for (const index of [0, 1, 2, 3]) {
    const base = BASE + index * GRANULARITY;
    expect(scene.run(base)).toMatchObject({ size: GRANULARITY, allocationBase: base });
  }
});

rule("3.5#17", "a protection there and back, one page after the other", (scene) => {
  scene.take(BASE, GRANULARITY);
  for (let page = 0; page < 16; page += 2) scene.protect(BASE + page * PAGE, PAGE, PAGE_READONLY);
  expect(scene.run(BASE).size).toBe(PAGE);
  for (let page = 1; page < 16; page += 2) scene.protect(BASE + page * PAGE, PAGE, PAGE_READONLY);
  expect(scene.run(BASE)).toMatchObject({ size: GRANULARITY, protect: PAGE_READONLY });
});

rule("3.5#18", "a write in an image", (scene) => {
  scene.image(BASE, 4 * PAGE, PAGE_WRITECOPY);
  scene.memory.setUint8(BASE + PAGE, 1);
  const seen = [0, 1, 2].map((page) => scene.run(BASE + page * PAGE));
  expect(seen.map(({ protect, size }) => [protect, size / PAGE])).toEqual([
    [PAGE_WRITECOPY, 1],
    [PAGE_READWRITE, 1],
    [PAGE_WRITECOPY, 2],
  ]);
  expect(seen[1]).toMatchObject({ type: MEM_IMAGE, allocationProtect: PAGE_EXECUTE_WRITECOPY });
});

rule("3.5#19", "a hole and what follows", (scene) => {
  scene.reserve(BASE, PAGE);
  scene.reserve(BASE + 3 * GRANULARITY, PAGE);
  expect(scene.run(BASE + PAGE)).toMatchObject({
    state: MEM_FREE,
    size: 3 * GRANULARITY - PAGE,
  });
});

rule("3.5#20", "a region at 10000", (scene) => {
  scene.reserve(0x10000, PAGE);
  expect(scene.run(0)).toMatchObject({ base: 0, size: 0x10000, state: MEM_FREE });
  scene.free(0x10000, 0, MEM_RELEASE);
  expect(scene.run(0).size).toBe(0x7ffe0000);
});

rule("3.5#21", "the structure in guest memory, also over two pages", (scene) => {
  threeStates(scene);
  const buffer = BASE + GRANULARITY;
  scene.take(buffer, 2 * PAGE);
  const { memory, wide } = scene;
  const at = offsets(scene);
  for (const place of [buffer, buffer + PAGE - 12]) {
    memory.fill(buffer, 0xcc, 2 * PAGE);
    expect(scene.kernel32.VirtualQuery(BASE + 0x2010, place, 64)).toBe(at.size);
    const pointer = (offset: number) =>
      wide ? Number(memory.getBigUint64(place + offset)) : memory.getUint32(place + offset);
    expect({
      base: pointer(at.BaseAddress),
      allocationBase: pointer(at.AllocationBase),
      allocationProtect: memory.getUint32(place + at.AllocationProtect),
      size: pointer(at.RegionSize),
      state: memory.getUint32(place + at.State),
      protect: memory.getUint32(place + at.Protect),
      type: memory.getUint32(place + at.Type),
    }).toEqual(scene.run(BASE + 0x2000));
    expect(memory.getUint8(place + at.size)).toBe(0xcc);
  }
});

rule("3.5#21", "VirtualQuery says 28 or 48", (scene) => {
  expect(scene.kernel32.VirtualQuery(BASE, { value: {} as never })).toBe(scene.wide ? 48 : 28);
  expect(scene.machine.decision).toBe("3.5");
});
