import { expect } from "vitest";
import {
  type ClrHost,
  clrHost,
  E_INVALIDARG,
  E_OUTOFMEMORY,
  E_POINTER,
  eTaskCritical,
  HOST_E_CLRNOTAVAILABLE,
  HOST_E_INVALIDOPERATION,
  HOST_E_TIMEOUT,
  type InterfaceOut,
  MALLOC_EXECUTABLE,
  MALLOC_THREADSAFE,
  S_OK,
} from "../../src/clr-host.ts";
import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_EXECUTE_READWRITE,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import {
  allocate,
  answering,
  BEFORE,
  block,
  everyMethod,
  malloc,
  started,
  take,
} from "./support/clr-host.ts";
import { ON_WIN32, rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE } from "./support/scene.ts";

rule("17.17#1", "asked by name and with what was passed, before every method", (scene) => {
  const asked: [string, readonly unknown[]][] = [];
  const policy = {
    ask: (method: string, parameters: readonly unknown[]) => {
      asked.push([method, parameters]);
      return undefined;
    },
  };
  const host = started(scene, { policy });
  const allocator = malloc(host);
  asked.length = 0;
  for (const [name, method] of Object.entries(everyMethod(host, allocator))) {
    method();
    expect(asked.map(([method]) => method)).toEqual([name.split(" ")[0]]);
    asked.length = 0;
  }
  const memory = { value: 0 };
  host.manager.VirtualAlloc(BASE, PAGE, MEM_RESERVE, PAGE_READWRITE, eTaskCritical, memory);
  const parameters = [BASE, PAGE, MEM_RESERVE, PAGE_READWRITE, eTaskCritical, memory];
  expect(asked).toEqual([["VirtualAlloc", parameters]]);
});

rule("17.17#1", "state first, then pointers, then the policy, then the call", (scene) => {
  let asked = 0;
  const ask = () => {
    asked++;
    return HOST_E_TIMEOUT;
  };
  const { manager, start } = clrHost(scene.process, { policy: { ask } });
  const wrong = (memory: { value: number } | null) =>
    manager.VirtualAlloc(0x1000, PAGE, 0, 0, eTaskCritical, memory);
  expect([wrong(null), asked]).toEqual([HOST_E_CLRNOTAVAILABLE, 0]);
  start();
  expect([wrong(null), asked]).toEqual([E_POINTER, 0]);
  expect([wrong({ value: 0 }), asked]).toEqual([HOST_E_TIMEOUT, 1]);
  expect(scene.machine.decision).toBe("17.17#1");
});

rule("17.17#1", "E_OUTOFMEMORY only where the method has it", (scene) => {
  const allocator = malloc(started(scene, { policy: answering(E_OUTOFMEMORY, "Alloc") }));
  const host = started(scene, { policy: answering(E_OUTOFMEMORY) });
  const methods = everyMethod(host, allocator);
  const may = ["CreateMalloc", "VirtualAlloc", "NeedsVirtualAddressSpace", "Alloc"];
  for (const name of may) expect(methods[name]?.()).toBe(E_OUTOFMEMORY);
  for (const name of ["VirtualFree", "VirtualQuery", "GetMemoryLoad", "QueryInterface"]) {
    expect(methods[name]).toThrow(RangeError);
  }
});

/** HRESULT of CreateMalloc, and whether there was an allocator. */
function create({ manager }: ClrHost, type: number): [number, boolean] {
  const out: InterfaceOut<unknown> = { value: "before" };
  const hresult = manager.CreateMalloc(type, out as never);
  return [hresult, out.value !== null];
}

rule("17.17#2", "two bits", (scene) => {
  const host = started(scene);
  const both = MALLOC_THREADSAFE | MALLOC_EXECUTABLE;
  for (const type of [0, MALLOC_THREADSAFE, MALLOC_EXECUTABLE, both]) {
    expect(create(host, type)).toEqual([S_OK, true]);
  }
  for (const type of [4, 8, both | 4, 0xffffffff]) {
    expectUnchanged(scene, () => expect(create(host, type)).toEqual([E_INVALIDARG, false]));
  }
});

rule("17.17#2", "the pages of small, of large and of huge blocks", (scene) => {
  const host = started(scene);
  for (const [type, protect] of [
    [MALLOC_THREADSAFE, PAGE_READWRITE],
    [MALLOC_EXECUTABLE, PAGE_EXECUTE_READWRITE],
  ] as const) {
    const allocator = malloc(host, type);
    for (const size of [1, 3 * PAGE, 0x100000]) {
      expect(scene.protectionAt(block(allocator, size))).toBe(protect);
    }
    expect(allocator.Release()).toBe(0);
  }
});

rule(
  "17.17#2",
  "no memory for a block",
  (scene) => {
    const host = started(scene);
    scene.take(BASE, 10 * PAGE);
    expectUnchanged(scene, () => expect(create(host, 0)).toEqual([E_OUTOFMEMORY, false]));
    scene.free(BASE, PAGE, MEM_DECOMMIT);
    expectUnchanged(scene, () => expect(create(host, 0)).toEqual([S_OK, true]));
  },
  { machine: { commitLimit: 10 } },
);

rule("17.17#3", "levels outside 0 to 2", (scene) => {
  const host = started(scene);
  expectUnchanged(scene, () => {
    for (const level of [-1, 3, 0xffffffff]) {
      expect(() => allocate(host, BASE, PAGE, { level })).toThrow(RangeError);
    }
  });
});

rule("17.17#3", "memory of the host, through any manager of the process", (scene) => {
  take(started(scene), BASE, PAGE);
  expect(started(scene).manager.VirtualFree(BASE, 0, MEM_RELEASE)).toBe(S_OK);
});

rule(
  "17.17#3",
  "a commit that reserves makes memory of the host",
  (scene) => {
    const host = started(scene);
    expect(allocate(host, BASE + PAGE, PAGE, { type: MEM_COMMIT })).toEqual([S_OK, BASE + PAGE]);
    expect(host.manager.VirtualFree(scene.run(BASE).base, 0, MEM_RELEASE)).toBe(S_OK);
  },
  { machine: { autoReserveOnCommit: true } },
);

rule("17.17#3", "a commit in memory of others makes none", (scene) => {
  const host = started(scene);
  scene.reserve(BASE, GRANULARITY);
  expect(allocate(host, BASE, PAGE, { type: MEM_COMMIT })).toEqual([S_OK, BASE]);
  expect(host.manager.VirtualFree(BASE, 0, MEM_RELEASE)).toBe(HOST_E_INVALIDOPERATION);
  scene.free(BASE, 0, MEM_RELEASE);
});

rule("17.17#4", "free memory, memory of others, blocks, kernel addresses", (scene) => {
  for (const hresults of ["strict", "detailed"] as const) {
    const { manager } = started(scene, { hresults });
    const memory = block(malloc(started(scene)), 5 * PAGE);
    const others = scene.reserve(0, PAGE);
    for (const address of [BASE, others, memory, 0, scene.machine.highestUserAddress + 1]) {
      expectUnchanged(scene, () => {
        expect(manager.VirtualFree(address, 0, MEM_RELEASE)).toBe(HOST_E_INVALIDOPERATION);
        expect(scene.machine.decision).toBe("17.17#4");
      });
    }
  }
});

rule("17.17#4", "a Win32 failure in the host's memory", (scene) => {
  const [strict, detailed] = [started(scene), started(scene, { hresults: "detailed" })];
  take(strict, BASE, 2 * PAGE);
  for (const [address, size, type, error] of [
    [BASE, PAGE, MEM_RELEASE, 87],
    [BASE, 0, 0, 87],
    [BASE + PAGE, 0, MEM_RELEASE, 487],
  ] as const) {
    expectUnchanged(scene, () => {
      expect(strict.manager.VirtualFree(address, size, type)).toBe(HOST_E_INVALIDOPERATION);
      expect(detailed.manager.VirtualFree(address, size, type)).toBe(0x80070000 + error);
    });
  }
});

rule("17.17#4", "decommitted memory is the host's still, released memory is not", (scene) => {
  const host = started(scene);
  const { VirtualFree } = host.manager;
  take(host, BASE, 2 * PAGE);
  expect(VirtualFree(BASE + PAGE, PAGE, MEM_DECOMMIT)).toBe(S_OK);
  expect(scene.stateAt(BASE + PAGE)).toBe(MEM_RESERVE);
  expect(VirtualFree(BASE, 0, MEM_DECOMMIT)).toBe(S_OK);
  expect(VirtualFree(BASE, 0, MEM_RELEASE)).toBe(S_OK);
  scene.reserve(BASE, PAGE);
  expect(VirtualFree(BASE, 0, MEM_RELEASE)).toBe(HOST_E_INVALIDOPERATION);
});

rule("17.17#5", "an object and guest memory", (scene) => {
  const { manager } = started(scene);
  const guest = scene.take(BASE, PAGE);
  const information = { BaseAddress: 0, State: 0 };
  const bytes = scene.wide ? 0x30 : 0x1c;
  expect(manager.VirtualQuery(BASE, information, bytes, guest)).toBe(S_OK);
  expect(information).toMatchObject({ BaseAddress: BASE, State: MEM_COMMIT });
  expect(scene.memory.getUint32(guest)).toBe(bytes);
  const result = { value: BEFORE };
  expect(manager.VirtualQuery(BASE, guest + 8, bytes, result)).toBe(S_OK);
  expect([scene.memory.getUint32(guest + 8), result.value]).toEqual([BASE, bytes]);
});

rule("17.17#5", "a buffer that cannot be written", (scene) => {
  const { manager } = started(scene);
  const result = { value: BEFORE };
  expect(manager.VirtualQuery(BASE, BASE, 48, result)).toBe(S_OK);
  expect(result.value).toBe(0);
  expect(manager.VirtualQuery(scene.machine.highestUserAddress + 1, {}, 48, result)).toBe(S_OK);
  expect(result.value).toBe(0);
});

rule("17.17#6", "strict and detailed", (scene) => {
  for (const hresults of ["strict", "detailed"] as const) {
    const { manager } = started(scene, { hresults });
    const old = { value: BEFORE };
    expect(manager.VirtualProtect(BASE, PAGE, PAGE_READWRITE, old)).toBe(0x800701e7);
    expect(manager.VirtualProtect(BASE, PAGE, 0, old)).toBe(E_INVALIDARG);
    expect(old.value).toBe(BEFORE);
  }
});

/** HRESULT of GetMemoryLoad, percents and bytes. */
function load({ manager }: ClrHost): number[] {
  const [percent, available] = [{ value: BEFORE }, { value: BEFORE }];
  return [manager.GetMemoryLoad(percent, available), percent.value, available.value];
}

rule(
  "17.17#7",
  "percents are rounded down, bytes are whole pages",
  (scene) => {
    const host = started(scene);
    expect(load(host)[0]).toBe(S_OK);
    scene.take(BASE, 100 * PAGE);
    for (const pages of [1, 99]) {
      scene.memory.fill(BASE, 1, pages * PAGE);
      const status = { dwLength: 64, dwMemoryLoad: 0, ullAvailPhys: 0 };
      scene.kernel32.GlobalMemoryStatusEx(status);
      expect(load(host)).toEqual([S_OK, status.dwMemoryLoad, status.ullAvailPhys]);
      expect(scene.machine.decision).toBe("17.17#7");
    }
    expect(load(host)[1]).toBeGreaterThanOrEqual(49);
    scene.kernel32.VirtualFree(BASE, 0, MEM_RELEASE);
  },
  { machine: { physicalPages: 200 } },
);

rule(
  "17.17#7",
  "on a system without GlobalMemoryStatusEx",
  (scene) => {
    const pages = scene.machine.counters.physicalPages - scene.machine.counters.frames;
    expect(load(started(scene))).toEqual([S_OK, 0, pages * PAGE]);
  },
  { on: ON_WIN32, machine: { version: "nt4", physicalPages: 2000 } },
);

rule("14.5#6", "in guest memory", (scene) => {
  const host = started(scene);
  const guest = scene.take(BASE, PAGE);
  const { pointerBytes } = scene.machine;
  scene.memory.fill(guest, 0xff, 16);
  expect(host.manager.GetMemoryLoad(guest, guest + 4)).toBe(S_OK);
  const [, percent, available = 0] = load(host);
  expect(scene.memory.getUint32(guest)).toBe(percent);
  const low = scene.memory.getUint32(guest + 4);
  expect(low).toBe(pointerBytes === 4 ? 0xffffffff : available % 2 ** 32);
  const high = scene.memory.getUint32(guest + 8);
  expect(high).toBe(pointerBytes === 4 ? 0xffffffff : Math.floor(available / 2 ** 32));
});

rule("17.17#9", "S_OK, and nothing is reserved", (scene) => {
  const { manager, acquiredRanges } = started(scene);
  expectUnchanged(scene, () => expect(manager.NeedsVirtualAddressSpace(BASE, PAGE)).toBe(S_OK));
  expect(acquiredRanges).toEqual([]);
});

rule("17.17#10", "listed, replaced, released once", (scene) => {
  const host = started(scene);
  const { AcquiredVirtualAddressSpace, ReleasedVirtualAddressSpace } = host.manager;
  AcquiredVirtualAddressSpace(BASE, PAGE);
  AcquiredVirtualAddressSpace(BASE + GRANULARITY, PAGE);
  AcquiredVirtualAddressSpace(BASE, 2 * PAGE);
  const kept = { start: BASE + GRANULARITY, sizeBytes: PAGE };
  const both = [{ start: BASE, sizeBytes: 2 * PAGE }, kept];
  expect(host.acquiredRanges).toEqual(both);
  expect(clrHost(scene.process).acquiredRanges).toEqual(both);
  expect(ReleasedVirtualAddressSpace(BASE)).toBe(S_OK);
  for (const unknown of [BASE, BASE + GRANULARITY + 1, 0]) {
    expect(ReleasedVirtualAddressSpace(unknown)).toBe(E_INVALIDARG);
    expect(scene.machine.decision).toBe("17.17#10");
  }
  expect(host.acquiredRanges).toEqual([kept]);
});
