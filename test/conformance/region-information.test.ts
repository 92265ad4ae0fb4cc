import { expect } from "vitest";
import {
  MEM_PRIVATE,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  PROCESS_QUERY_INFORMATION,
  PROCESS_VM_READ,
  STATUS_ACCESS_DENIED,
  STATUS_ACCESS_VIOLATION,
  STATUS_INFO_LENGTH_MISMATCH,
  STATUS_INVALID_ADDRESS,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_INFO_CLASS,
  STATUS_INVALID_PARAMETER,
} from "../../src/constants.ts";
import { type Problem, pairsOf } from "./support/order.ts";
import { expectStatus } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const REGION = 3;

interface QueryCall {
  process: number;
  address: number;
  informationClass: number;
  buffer: { value: object } | number;
  length: number;
}

function good(): QueryCall {
  return {
    process: SELF,
    address: BASE,
    informationClass: REGION,
    buffer: { value: {} },
    length: 48,
  };
}

function query(scene: Scene, wrong: Partial<QueryCall>): number {
  const { process, address, informationClass, buffer, length } = { ...good(), ...wrong };
  const { NtQueryVirtualMemory } = scene.ntdll;
  return NtQueryVirtualMemory(process, address, informationClass, buffer as never, length);
}

/** What class 3 says of the region at an address. */
function information(scene: Scene, address: number): Record<string, number | bigint> {
  const buffer: { value: Record<string, number | bigint> } = { value: {} };
  expect(query(scene, { address, buffer })).toBe(0);
  return buffer.value;
}

/** The length that ends before CommitSize. */
function tooShort(scene: Scene): number {
  return scene.wide ? 0x18 : 0x10;
}

function lay(scene: Scene): void {
  scene.reserve(BASE, GRANULARITY, PAGE_EXECUTE_READ);
  scene.commit(BASE + 2 * PAGE, 3 * PAGE);
}

rule("17.9#1", "just above", (scene) => {
  const address = scene.machine.highestUserAddress + 1;
  const refusal = { decision: "17.9#1", status: STATUS_INVALID_PARAMETER };
  expectStatus(scene, refusal, () => query(scene, { address }));
});

rule("17.9#2", "NULL, read-only, free", (scene) => {
  lay(scene);
  scene.take(BASE + GRANULARITY, PAGE, PAGE_READONLY);
  const refusal = { decision: "17.9#2", status: STATUS_ACCESS_VIOLATION };
  for (const buffer of [0, BASE + GRANULARITY, BASE + 2 * GRANULARITY]) {
    expectStatus(scene, refusal, () => query(scene, { buffer }));
  }
});

rule("17.9#3", "classes far away", (scene) => {
  lay(scene);
  const { NtQueryVirtualMemory } = scene.ntdll;
  for (const informationClass of [0x55, 0x7fffffff]) {
    const buffer = { value: {} as never };
    const status = NtQueryVirtualMemory(SELF, BASE, informationClass, buffer, 48);
    expect(status).toBe(STATUS_INVALID_INFO_CLASS);
    expect(scene.machine.decision).toMatch(/^(17\.9#3|3\.5#6)$/);
  }
});

rule("17.9#4", "one byte less, and that length", (scene) => {
  lay(scene);
  const refusal = { decision: "17.9#4", status: STATUS_INFO_LENGTH_MISMATCH };
  const limit = tooShort(scene);
  for (const length of [0, 8, limit - 8, limit - 1]) {
    expectStatus(scene, refusal, () => query(scene, { length }));
  }
  for (const length of [limit, limit + 8, 48]) expect(query(scene, { length })).toBe(0);
});

rule("17.9#5", "NULL, and without QUERY_INFORMATION", (scene) => {
  lay(scene);
  const { OpenProcess } = scene.kernel32;
  const weak = OpenProcess(PROCESS_VM_READ, 0, scene.process.id);
  const bad = { decision: "17.9#5", status: STATUS_INVALID_HANDLE };
  expectStatus(scene, bad, () => query(scene, { process: 0 }));
  const denied = { decision: "17.9#5", status: STATUS_ACCESS_DENIED };
  expectStatus(scene, denied, () => query(scene, { process: weak }));
  const strong = OpenProcess(PROCESS_QUERY_INFORMATION, 0, scene.process.id);
  expect(query(scene, { process: strong })).toBe(0);
});

rule("17.9#6", "NULL, free memory, the hole behind a region", (scene) => {
  scene.reserve(BASE, PAGE);
  const refusal = { decision: "17.9#6", status: STATUS_INVALID_ADDRESS };
  for (const address of [0, BASE + PAGE, BASE + GRANULARITY]) {
    expectStatus(scene, refusal, () => query(scene, { address }));
  }
});

rule("17.9#7", "a short and a long buffer in guest memory", (scene) => {
  lay(scene);
  const buffer = BASE + GRANULARITY;
  scene.take(buffer, PAGE);
  const { memory, wide } = scene;
  const full = wide ? 0x30 : 0x1c;
  const { NtQueryVirtualMemory } = scene.ntdll;
  const width = wide ? 8 : 4;
  for (const length of [tooShort(scene), tooShort(scene) + width, full, 64]) {
    memory.fill(buffer, 0xcc, 0x100);
    const written = { value: 0 };
    expect(NtQueryVirtualMemory(SELF, BASE, REGION, buffer, length, written)).toBe(0);
    expect(written.value).toBe(full);
    expect(memory.getUint8(buffer + Math.min(length, full))).toBe(0xcc);
    const size = wide ? Number(memory.getBigUint64(buffer + 0x10)) : memory.getUint32(buffer + 0xc);
    expect(size).toBe(GRANULARITY);
  }
});

rule("17.9#7", "a field that does not fit is left out", (scene) => {
  lay(scene);
  const buffer = BASE + GRANULARITY;
  scene.take(buffer, PAGE);
  scene.memory.fill(buffer, 0xcc, PAGE);
  const length = tooShort(scene) + 3;
  expect(scene.ntdll.NtQueryVirtualMemory(SELF, BASE, REGION, buffer, length)).toBe(0);
  expect(scene.memory.getUint8(buffer + tooShort(scene))).toBe(0xcc);
});

rule("17.9#8", "any page of it", (scene) => {
  lay(scene);
  for (const page of [0, 2, 15]) {
    expect(information(scene, BASE + page * PAGE + 0x123).AllocationBase).toBe(BASE);
  }
});

rule("17.9#9", "any page of it", (scene) => {
  lay(scene);
  for (const page of [0, 2, 15]) {
    expect(information(scene, BASE + page * PAGE).AllocationProtect).toBe(PAGE_EXECUTE_READ);
  }
});

/** A region of each kind, each 64 KB behind the one before. */
function kinds(scene: Scene): number[] {
  scene.take(BASE, PAGE);
  scene.view(BASE + GRANULARITY, PAGE, PAGE_READONLY, "file");
  scene.image(BASE + 2 * GRANULARITY, PAGE, PAGE_READONLY);
  scene.view(BASE + 3 * GRANULARITY, PAGE, PAGE_READONLY, "pagefile");
  return [0, 1, 2, 3].map((index) => BASE + index * GRANULARITY);
}

rule("17.9#10", "one of each", (scene) => {
  const flags = kinds(scene).map((address) => information(scene, address).Flags);
  expect(flags).toEqual([1, 2, 4, 8]);
});

rule("17.9#11", "from the first and the last page", (scene) => {
  lay(scene);
  for (const page of [0, 2, 15]) {
    expect(information(scene, BASE + page * PAGE).RegionSize).toBe(GRANULARITY);
  }
});

rule("17.9#12", "private memory", (scene) => {
  lay(scene);
  expect(information(scene, BASE).CommitSize).toBe(3 * PAGE);
  scene.commit(BASE, PAGE);
  expect(information(scene, BASE).CommitSize).toBe(4 * PAGE);
});

rule("17.9#12", "an image: copy-on-write pages before and after the copy", (scene) => {
  scene.image(BASE, 4 * PAGE, PAGE_READONLY);
  expect(information(scene, BASE).CommitSize).toBe(0);
  scene.protect(BASE, 2 * PAGE, PAGE_WRITECOPY);
  expect(information(scene, BASE).CommitSize).toBe(2 * PAGE);
  scene.memory.setUint8(BASE, 1);
  expect(information(scene, BASE).CommitSize).toBe(2 * PAGE);
});

rule("17.9#13", "any region", (scene) => {
  lay(scene);
  expect(information(scene, BASE).PartitionId).toBe(0);
});

rule("17.9#14", "any region", (scene) => {
  lay(scene);
  const ones = scene.wide ? 0xffffffffffffffffn : 0xffffffffn;
  expect(BigInt(information(scene, BASE).NodePreference ?? 0)).toBe(ones);
});

rule("17.9#15", "documented: private memory has bit 0", (scene) => {
  scene.take(BASE, PAGE);
  expect(information(scene, BASE).Flags).toBe(1);
});

rule(
  "17.9#15",
  "zero: no region has any",
  (scene) => {
    const flags = kinds(scene).map((address) => information(scene, address).Flags);
    expect(flags).toEqual([0, 0, 0, 0]);
  },
  { machine: { regionFlags: "zero" } },
);

rule("17.9#8", "a private region that was there before", (scene) => {
  const size = 3 * PAGE;
  scene.adopt({ base: BASE + PAGE, size, type: MEM_PRIVATE, allocationProtect: PAGE_READWRITE });
  expect(information(scene, BASE + 2 * PAGE).AllocationBase).toBe(BASE + PAGE);
  expect(scene.run(BASE + PAGE)).toMatchObject({ state: MEM_RESERVE, size });
});

/** One way to break each row, in their order. */
function problems(scene: Scene): Problem<QueryCall>[] {
  return [
    { decision: "17.9#1", wrong: { address: scene.machine.highestUserAddress + 1 } },
    { decision: "17.9#2", wrong: { buffer: 0 } },
    { decision: "17.9#4", wrong: { length: 8 } },
    { decision: "17.9#5", wrong: { process: 0 } },
    { decision: "17.9#6", wrong: { address: BASE - GRANULARITY } },
  ];
}

for (const id of ["17.9#1", "17.9#2", "17.9#4", "17.9#5"]) {
  rule(id, "comes before every later row", (scene) => {
    lay(scene);
    for (const pair of pairsOf(problems(scene)).filter(({ decision }) => decision === id)) {
      query(scene, pair.wrong);
      expect(scene.machine.decision, `over ${pair.later}`).toBe(id);
    }
  });
}
