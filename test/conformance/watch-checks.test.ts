import { expect } from "vitest";
import {
  ERROR_INVALID_PARAMETER,
  ERROR_NOACCESS,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_QUERY_INFORMATION,
  STATUS_ACCESS_DENIED,
  STATUS_ACCESS_VIOLATION,
  STATUS_INVALID_HANDLE,
} from "../../src/constants.ts";
import { type Problem, pairsOf } from "./support/order.ts";
import { expectError, expectStatus, hex } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const FAILED = 0xffffffff;
const SIZE = 4 * PAGE;

interface WatchCall {
  process: number;
  flags: number;
  base: number;
  size: number | bigint;
  addresses: { value: number[] } | number;
  count: { value: number } | number;
  granularity: { value: number } | number;
}

function good(): WatchCall {
  return {
    process: SELF,
    flags: 0,
    base: BASE,
    size: SIZE,
    addresses: { value: [] },
    count: { value: 8 },
    granularity: { value: 0 },
  };
}

function win32(scene: Scene, call: WatchCall): number {
  const { flags, base, size, addresses, count, granularity } = call;
  return scene.kernel32.GetWriteWatch(flags, base, size, addresses, count, granularity);
}

function service(scene: Scene, call: WatchCall): number {
  const { process, flags, base, size, addresses, count, granularity } = call;
  const { NtGetWriteWatch } = scene.ntdll;
  return NtGetWriteWatch(process, flags, base, size, addresses, count, granularity);
}

/** Recent kernels answer the plain status in many places, older ones one of the numbered. */
function isInvalidParameter(status: number): boolean {
  return status === 0xc000000d || (status >= 0xc00000ef && status <= 0xc00000f8);
}

function refused(scene: Scene, decision: string, error: number, wrong: Partial<WatchCall>): void {
  const asked = { ...good(), ...wrong };
  const before = structuredClone(asked);
  expectError(scene, { decision, error }, () => win32(scene, asked), FAILED);
  if (error === ERROR_NOACCESS) {
    const refusal = { decision, status: STATUS_ACCESS_VIOLATION };
    expectStatus(scene, refusal, () => service(scene, asked));
  } else {
    expectUnchanged(scene, () => {
      const status = service(scene, asked);
      expect(isInvalidParameter(status), hex(status)).toBe(true);
      expect(scene.machine.decision).toBe(decision);
    });
  }
  expect(asked).toEqual(before);
}

/** A watched region with one mark, which no refused call may clear. */
function lay(scene: Scene): void {
  scene.watched(BASE, SIZE);
  scene.memory.setUint8(BASE, 1);
}

rule("5.2#1", "NULL, read-only and free memory", (scene) => {
  lay(scene);
  const readOnly = BASE + GRANULARITY;
  scene.take(readOnly, PAGE, PAGE_READONLY);
  for (const at of [0, readOnly, BASE + 2 * GRANULARITY]) {
    refused(scene, "5.2#1", ERROR_NOACCESS, { count: at });
    refused(scene, "5.2#1", ERROR_NOACCESS, { granularity: at });
  }
  expect(scene.marks(BASE, SIZE)).toEqual([BASE]);
});

rule("5.2#1", "a guard page: refused once", (scene) => {
  lay(scene);
  const at = BASE + GRANULARITY;
  scene.take(at, PAGE, PAGE_READWRITE | PAGE_GUARD);
  expect(win32(scene, { ...good(), granularity: at })).toBe(FAILED);
  expect(scene.kernel32.GetLastError()).toBe(ERROR_NOACCESS);
  expect(scene.protectionAt(at)).toBe(PAGE_READWRITE);
  expect(win32(scene, { ...good(), granularity: at })).toBe(0);
  expect(scene.memory.getUint32(at)).toBe(PAGE);
});

rule("5.2#2", "2, 3 and a high bit", (scene) => {
  lay(scene);
  for (const flags of [2, 3, 0x80000000]) {
    refused(scene, "5.2#2", ERROR_INVALID_PARAMETER, { flags });
  }
});

rule("5.2#3", "above, and out of it", (scene) => {
  lay(scene);
  const { highestUserAddress } = scene.machine;
  refused(scene, "5.2#3", ERROR_INVALID_PARAMETER, { base: highestUserAddress + 1 });
  const size = scene.wide ? 0xffffffffffffffffn : 0xffffffff;
  refused(scene, "5.2#3", ERROR_INVALID_PARAMETER, { size });
  refused(scene, "5.2#3", ERROR_INVALID_PARAMETER, { size: highestUserAddress - BASE + 2 });
});

rule("5.2#4", "with and without an array", (scene) => {
  lay(scene);
  refused(scene, "5.2#4", ERROR_INVALID_PARAMETER, { count: { value: 0 } });
  refused(scene, "5.2#4", ERROR_INVALID_PARAMETER, { count: { value: 0 }, addresses: 0 });
});

rule("5.2#5", "aligned or not", (scene) => {
  lay(scene);
  for (const base of [BASE, BASE + 0x123]) {
    refused(scene, "5.2#5", ERROR_INVALID_PARAMETER, { base, size: 0 });
  }
});

rule("5.2#5", "ResetWriteWatch", (scene) => {
  lay(scene);
  const refusal = { decision: "5.2#5", error: ERROR_INVALID_PARAMETER };
  const { ResetWriteWatch } = scene.kernel32;
  expectError(scene, refusal, () => ResetWriteWatch(BASE, 0), FAILED);
  expect(scene.marks(BASE, SIZE)).toEqual([BASE]);
});

rule("5.2#6", "NULL, read-only and free memory", (scene) => {
  lay(scene);
  const readOnly = BASE + GRANULARITY;
  scene.take(readOnly, PAGE, PAGE_READONLY);
  for (const addresses of [0, readOnly, BASE + 2 * GRANULARITY]) {
    refused(scene, "5.2#6", ERROR_NOACCESS, { addresses });
  }
});

rule("5.2#6a", "NULL, and without VM_OPERATION", (scene) => {
  lay(scene);
  const weak = scene.kernel32.OpenProcess(PROCESS_QUERY_INFORMATION, 0, scene.process.id);
  const { NtResetWriteWatch } = scene.ntdll;
  for (const [process, status] of [
    [0, STATUS_INVALID_HANDLE],
    [weak, STATUS_ACCESS_DENIED],
  ] as const) {
    const refusal = { decision: "5.2#6a", status };
    expectStatus(scene, refusal, () => service(scene, { ...good(), process }));
    expectStatus(scene, refusal, () => NtResetWriteWatch(process, BASE, SIZE));
  }
  expect(scene.marks(BASE, SIZE)).toEqual([BASE]);
});

rule("5.2#7", "no region, no watch, two regions, a view", (scene) => {
  lay(scene);
  scene.watched(BASE + GRANULARITY, GRANULARITY);
  scene.watched(BASE + 2 * GRANULARITY, GRANULARITY);
  scene.take(BASE + 3 * GRANULARITY, GRANULARITY);
  scene.view(BASE + 4 * GRANULARITY, GRANULARITY, PAGE_READWRITE, "pagefile");
  const refusal = { decision: "5.2#7", error: ERROR_INVALID_PARAMETER };
  for (const [granules, size] of [
    [8, PAGE],
    [3, PAGE],
    [4, PAGE],
    [1, 0x10001],
    [2, 0x20000],
  ] as const) {
    const base = BASE + granules * GRANULARITY;
    refused(scene, "5.2#7", ERROR_INVALID_PARAMETER, { base, size });
    expectError(scene, refusal, () => scene.kernel32.ResetWriteWatch(base, size), FAILED);
  }
  refused(scene, "5.2#7", ERROR_INVALID_PARAMETER, { base: BASE + SIZE, size: 1 });
});

rule("5.2#3", "ResetWriteWatch above the user space", (scene) => {
  lay(scene);
  const refusal = { decision: "5.2#3", error: ERROR_INVALID_PARAMETER };
  const base = scene.machine.highestUserAddress + 1;
  expectError(scene, refusal, () => scene.kernel32.ResetWriteWatch(base, PAGE), FAILED);
});

/** One way to break each row, in their order. */
function problems(scene: Scene): Problem<WatchCall>[] {
  return [
    { decision: "5.2#1", wrong: { count: 0 } },
    { decision: "5.2#1", wrong: { granularity: 0 } },
    { decision: "5.2#2", wrong: { flags: 2 } },
    { decision: "5.2#3", wrong: { base: scene.machine.highestUserAddress + 1 } },
    { decision: "5.2#4", wrong: { count: { value: 0 } } },
    { decision: "5.2#5", wrong: { size: 0 } },
    { decision: "5.2#6", wrong: { addresses: 0 } },
    { decision: "5.2#6a", wrong: { process: 0 } },
    { decision: "5.2#7", wrong: { base: BASE + GRANULARITY } },
  ];
}

for (const id of ["5.2#1", "5.2#2", "5.2#3", "5.2#4", "5.2#5", "5.2#6", "5.2#6a"]) {
  rule(id, "comes before every later row", (scene) => {
    lay(scene);
    for (const pair of pairsOf(problems(scene)).filter(({ decision }) => decision === id)) {
      service(scene, { ...good(), ...pair.wrong });
      expect(scene.machine.decision, `over ${pair.later}`).toBe(id);
    }
  });
}

rule("5.2#7", "a region that is only reserved counts when it is watched", (scene) => {
  scene.allocate(BASE, SIZE, MEM_RESERVE | MEM_WRITE_WATCH, PAGE_NOACCESS);
  expect(win32(scene, good())).toBe(0);
});
