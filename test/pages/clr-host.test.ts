import { expect } from "vitest";
import {
  clrHost,
  E_FAIL,
  E_OUTOFMEMORY,
  eAppDomainCritical,
  eProcessCritical,
  eTaskCritical,
  HOST_E_ABANDONED,
  HOST_E_CLRNOTAVAILABLE,
  HOST_E_NOT_OWNER,
  HOST_E_TIMEOUT,
  IID_IHostMemoryManager,
  S_OK,
} from "../../src/clr-host.ts";
import {
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_TOP_DOWN,
  PAGE_EXECUTE_READ,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import {
  allocate,
  answering,
  BEFORE,
  everyMethod,
  malloc,
  started,
  take,
} from "../conformance/support/clr-host.ts";
import {
  BASE,
  expectUnchanged,
  GRANULARITY,
  PAGE,
  type Scene,
} from "../conformance/support/scene.ts";
import { statement } from "./support/statement.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;

statement(1, "a method of the interface", (scene) => {
  const { manager } = started(scene);
  const out: { value: unknown } = { value: null };
  expect(manager.QueryInterface(IID_IHostMemoryManager, out)).toBe(S_OK);
  expect(out.value).toMatchObject({ VirtualAlloc: expect.any(Function) });
});

statement(3, "the same memory as by VirtualAlloc of kernel32", (scene) => {
  const other = scene.another();
  const host = started(scene);
  for (const [address, size, type, protect] of [
    [0, 3 * PAGE, BOTH, PAGE_READWRITE],
    [BASE + 0x1234, 5, MEM_RESERVE, PAGE_READONLY],
    [BASE, PAGE, MEM_COMMIT, PAGE_EXECUTE_READ],
    [0, PAGE, MEM_RESERVE | MEM_TOP_DOWN, PAGE_READWRITE],
  ] as const) {
    const expected = other.allocate(address, size, type, protect);
    expect(allocate(host, address, size, { type, protect })).toEqual([S_OK, expected]);
  }
  expect(scene.runs()).toEqual(other.runs());
});

statement(4, "reserves or commits, in the process that calls", (scene) => {
  const other = scene.another();
  const before = other.runs();
  const host = started(scene);
  expect(allocate(host, BASE, 2 * PAGE, { type: MEM_RESERVE })).toEqual([S_OK, BASE]);
  expect(scene.stateAt(BASE)).toBe(MEM_RESERVE);
  expect(allocate(host, BASE, PAGE, { type: MEM_COMMIT })).toEqual([S_OK, BASE]);
  expect([scene.stateAt(BASE), scene.stateAt(BASE + PAGE)]).toEqual([MEM_COMMIT, MEM_RESERVE]);
  expect(other.runs()).toEqual(before);
});

statement(5, "six parameters in this order", (scene) => {
  const seen: (readonly unknown[])[] = [];
  const policy = {
    ask: (_: string, parameters: readonly unknown[]) => {
      seen.push(parameters);
      return undefined;
    },
  };
  const { VirtualAlloc } = started(scene, { policy }).manager;
  const memory = { value: BEFORE };
  expect(VirtualAlloc).toHaveLength(6);
  expect(VirtualAlloc(BASE, PAGE, BOTH, PAGE_READONLY, eTaskCritical, memory)).toBe(S_OK);
  expect(seen).toEqual([[BASE, PAGE, BOTH, PAGE_READONLY, eTaskCritical, memory]]);
  expect(scene.run(BASE)).toMatchObject({ size: PAGE, state: MEM_COMMIT, protect: PAGE_READONLY });
});

statement(6, "the region begins there", (scene) => {
  expect(allocate(started(scene), BASE, PAGE)).toEqual([S_OK, BASE]);
  expect(scene.run(BASE).allocationBase).toBe(BASE);
});

statement(7, "bytes, in whole pages", (scene) => {
  const host = started(scene);
  for (const [index, [size, bytes]] of [
    [1, PAGE],
    [PAGE, PAGE],
    [PAGE + 1, 2 * PAGE],
    [0x12345, 0x13000],
  ].entries()) {
    const at = BASE + index * 4 * GRANULARITY;
    take(host, at, size ?? 0);
    expect(scene.run(at).size).toBe(bytes);
  }
});

statement(8, "the state of the pages", (scene) => {
  const host = started(scene);
  for (const [index, [type, state]] of [
    [MEM_RESERVE, MEM_RESERVE],
    [BOTH, MEM_COMMIT],
  ].entries()) {
    const at = BASE + index * GRANULARITY;
    expect(allocate(host, at, PAGE, { type: type ?? 0 })).toEqual([S_OK, at]);
    expect(scene.stateAt(at)).toBe(state);
  }
});

statement(9, "the protection of the pages", (scene) => {
  const host = started(scene);
  for (const [index, protect] of [PAGE_READONLY, PAGE_READWRITE, PAGE_EXECUTE_READ].entries()) {
    const at = BASE + index * GRANULARITY;
    expect(allocate(host, at, PAGE, { protect })).toEqual([S_OK, at]);
    expect(scene.protectionAt(at)).toBe(protect);
  }
});

statement(
  10,
  "the more it means, the harder the host tries",
  (scene) => {
    const tried: number[] = [];
    const host = started(scene, { policy: { reclaim: (level) => void tried.push(level) } });
    for (const level of [eTaskCritical, eAppDomainCritical, eProcessCritical]) {
      expect(allocate(host, 0, 11 * PAGE, { level })).toEqual([E_OUTOFMEMORY, 0]);
    }
    expect(tried).toEqual([eAppDomainCritical, eProcessCritical]);
    expect(() => allocate(host, 0, PAGE, { level: 3 })).toThrow(RangeError);
  },
  { machine: { commitLimit: 10 } },
);

statement(11, "the pointer of an object or of the guest", (scene) => {
  const { manager } = started(scene);
  const guest = scene.take(BASE, PAGE);
  for (const [index, memory] of [{ value: BEFORE }, guest].entries()) {
    const at = BASE + (index + 1) * GRANULARITY;
    expect(manager.VirtualAlloc(at, PAGE, BOTH, PAGE_READWRITE, 0, memory)).toBe(S_OK);
    const came = typeof memory === "object" ? memory.value : scene.memory.getUint32(guest);
    expect(came).toBe(at);
  }
});

statement(12, "null for every answer but S_OK", (scene) => {
  const host = started(scene);
  take(host, BASE, PAGE);
  expect(allocate(host, BASE, PAGE)).toEqual([E_OUTOFMEMORY, 0]);
  for (const hresult of [HOST_E_TIMEOUT, HOST_E_NOT_OWNER, HOST_E_ABANDONED, E_FAIL]) {
    const refusing = started(scene, { policy: answering(hresult) });
    expect(allocate(refusing, 0, PAGE)).toEqual([hresult, 0]);
  }
  expect(allocate(host, 0, PAGE)).toEqual([HOST_E_CLRNOTAVAILABLE, 0]);
});

statement(13, "S_OK, and the memory can be used", (scene) => {
  const [hresult, memory] = allocate(started(scene), 0, PAGE);
  expect([hresult, S_OK]).toEqual([0, 0]);
  scene.memory.setUint32(memory, 7);
  expect(scene.memory.getUint32(memory)).toBe(7);
});

statement(14, "before the start", (scene) => {
  const host = clrHost(scene.process);
  expectUnchanged(scene, () => {
    expect(allocate(host, 0, PAGE)).toEqual([HOST_E_CLRNOTAVAILABLE, 0]);
  });
  host.start();
  expect(allocate(host, BASE, PAGE)).toEqual([S_OK, BASE]);
});

statement(15, "after a failure", (scene) => {
  const host = started(scene, { policy: answering(E_FAIL, "GetMemoryLoad") });
  host.manager.GetMemoryLoad({ value: 0 }, { value: 0 });
  expectUnchanged(scene, () => {
    expect(allocate(host, 0, PAGE)).toEqual([HOST_E_CLRNOTAVAILABLE, 0]);
  });
});

/** What the policy answers is the answer; nothing has happened, and the next call goes on. */
function comesThrough(scene: Scene, hresult: number): void {
  const answers = [hresult];
  const host = started(scene, { policy: { ask: () => answers.shift() } });
  expectUnchanged(scene, () => expect(allocate(host, BASE, PAGE)).toEqual([hresult, 0]));
  expect(allocate(host, BASE, PAGE)).toEqual([S_OK, BASE]);
}

statement(16, "HOST_E_TIMEOUT", (scene) => comesThrough(scene, HOST_E_TIMEOUT));

statement(17, "HOST_E_NOT_OWNER", (scene) => comesThrough(scene, HOST_E_NOT_OWNER));

statement(18, "HOST_E_ABANDONED", (scene) => comesThrough(scene, HOST_E_ABANDONED));

statement(19, "E_FAIL", (scene) => {
  const host = started(scene, { policy: answering(E_FAIL) });
  expectUnchanged(scene, () => expect(allocate(host, BASE, PAGE)).toEqual([E_FAIL, 0]));
});

statement(20, "no other host of the process helps; another process goes on", (scene) => {
  const other = started(scene.another());
  expect(allocate(started(scene, { policy: answering(E_FAIL) }), 0, PAGE)[0]).toBe(E_FAIL);
  const host = started(scene);
  expect([host.state, other.state]).toEqual(["failed", "started"]);
  expect(allocate(host, 0, PAGE)).toEqual([HOST_E_CLRNOTAVAILABLE, 0]);
  expect(allocate(other, BASE, PAGE)).toEqual([S_OK, BASE]);
});

statement(21, "every method of the manager and of its allocators", (scene) => {
  const host = started(scene);
  const allocator = malloc(host);
  allocate(started(scene, { policy: answering(E_FAIL) }), 0, PAGE);
  for (const [name, method] of Object.entries(everyMethod(host, allocator))) {
    expect([name, method()]).toEqual([name, HOST_E_CLRNOTAVAILABLE]);
  }
});

statement(
  22,
  "more than can be committed",
  (scene) => {
    const host = started(scene);
    expectUnchanged(scene, () => {
      expect(allocate(host, BASE, 11 * PAGE)).toEqual([E_OUTOFMEMORY, 0]);
    });
    expect(allocate(host, BASE, 10 * PAGE)).toEqual([S_OK, BASE]);
  },
  { machine: { commitLimit: 10 } },
);

statement(23, "address space, and nothing else", (scene) => {
  const { commitCharge } = scene.machine.counters;
  expect(allocate(started(scene), BASE, 5 * PAGE, { type: MEM_RESERVE })).toEqual([S_OK, BASE]);
  expect(scene.run(BASE)).toMatchObject({ size: 5 * PAGE, state: MEM_RESERVE });
  expect(scene.machine.counters.commitCharge).toBe(commitCharge);
});

statement(24, "the block that is wanted, rounded to where regions and pages begin", (scene) => {
  const host = started(scene);
  expect(allocate(host, BASE + 0x1234, PAGE, { type: MEM_RESERVE })).toEqual([S_OK, BASE]);
  expect(allocate(host, BASE + 0x1234, 1, { type: MEM_COMMIT })).toEqual([S_OK, BASE + 0x1000]);
});

statement(25, "null and 0 are the same", (scene) => {
  const { manager } = started(scene);
  const memory = { value: BEFORE };
  for (const address of [null, 0, 0n]) {
    expect(manager.VirtualAlloc(address, PAGE, BOTH, PAGE_READWRITE, 0, memory)).toBe(S_OK);
    expect(scene.stateAt(memory.value)).toBe(MEM_COMMIT);
  }
});

statement(26, "no two allocations share an address, by whomever they were made", (scene) => {
  const host = started(scene);
  const allocator = malloc(host);
  const regions = new Set<number>();
  for (let index = 0; index < 30; index++) {
    const memory = { value: 0 };
    allocator.Alloc(20 * PAGE, eTaskCritical, memory);
    for (const base of [take(host, 0, 3 * PAGE), scene.reserve(0, PAGE), memory.value]) {
      expect(regions.has(base)).toBe(false);
      regions.add(base);
    }
  }
});

statement(27, "where the system likes, which is free", (scene) => {
  const host = started(scene);
  const memory = take(host, 0, PAGE);
  expect(memory % GRANULARITY).toBe(0);
  expect(host.manager.VirtualFree(memory, 0, MEM_RELEASE)).toBe(S_OK);
  scene.reserve(memory, PAGE);
  expect(take(host, 0, PAGE)).not.toBe(memory);
});

statement(28, "there, or not at all", (scene) => {
  const host = started(scene);
  expect(allocate(host, BASE, PAGE)).toEqual([S_OK, BASE]);
  expect(allocate(host, BASE, PAGE)).toEqual([E_OUTOFMEMORY, 0]);
});

statement(29, "for null and for an address", (scene) => {
  const host = started(scene);
  for (const address of [0, BASE]) {
    const [hresult, memory] = allocate(host, address, PAGE);
    expect(hresult).toBe(S_OK);
    expect(scene.run(memory)).toMatchObject({ allocationBase: memory, state: MEM_COMMIT });
  }
});

statement(30, "an HRESULT, and never an address", (scene) => {
  const { manager } = started(scene);
  const call = (memory: { value: number }) =>
    manager.VirtualAlloc(BASE, PAGE, BOTH, PAGE_READWRITE, 0, memory);
  expect([call({ value: 0 }), call({ value: 0 })]).toEqual([S_OK, E_OUTOFMEMORY]);
});

statement(31, "four parameters, and the pointer as result", (scene) => {
  const { VirtualAlloc } = scene.kernel32;
  expect(VirtualAlloc).toHaveLength(4);
  expect(VirtualAlloc(BASE, PAGE, BOTH, PAGE_READWRITE)).toBe(BASE);
});
