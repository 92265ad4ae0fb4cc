import { expect } from "vitest";
import { allocateFailure } from "../../src/clr-host/hresult.ts";
import {
  clrHost,
  E_FAIL,
  E_INVALIDARG,
  E_OUTOFMEMORY,
  E_POINTER,
  eAppDomainCritical,
  eProcessCritical,
  eTaskCritical,
  HOST_E_ABANDONED,
  HOST_E_CLRNOTAVAILABLE,
  HOST_E_INVALIDOPERATION,
  HOST_E_NOT_OWNER,
  HOST_E_TIMEOUT,
  S_OK,
} from "../../src/clr-host.ts";
import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_LARGE_PAGES,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
} from "../../src/constants.ts";
import {
  allocate,
  answering,
  BEFORE,
  everyMethod,
  malloc,
  started,
  take,
} from "./support/clr-host.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE } from "./support/scene.ts";

const DETAILED = { hresults: "detailed" } as const;
const fromWin32 = (error: number) => 0x80070000 + error;

rule("14.5#2", "the base of the region, the page of a commit", (scene) => {
  const host = started(scene);
  expect(allocate(host, BASE + 0x1234, PAGE, { type: MEM_RESERVE })).toEqual([S_OK, BASE]);
  expect(allocate(host, BASE + 0x1234, PAGE, { type: MEM_COMMIT })).toEqual([S_OK, BASE + PAGE]);
});

rule("14.5#2", "a conflict, a wrong protection, a wrong type, no size", (scene) => {
  const host = started(scene);
  take(host, BASE, PAGE);
  for (const [address, size, how] of [
    [BASE, PAGE, { type: MEM_RESERVE }],
    [BASE, PAGE, { protect: PAGE_WRITECOPY }],
    [BASE, PAGE, { type: 0 }],
    [BASE, 0, {}],
    [0x1000, PAGE, {}],
  ] as const) {
    expectUnchanged(scene, () => {
      expect(allocate(host, address, size, how)).toEqual([E_OUTOFMEMORY, 0]);
    });
  }
});

rule("14.5#3", "of the host, and of others", (scene) => {
  const { manager } = started(scene);
  const memory = { value: 0 };
  manager.VirtualAlloc(BASE, PAGE, MEM_RESERVE, PAGE_READWRITE, eTaskCritical, memory);
  scene.reserve(BASE + GRANULARITY, PAGE);
  expect(manager.VirtualFree(BASE + GRANULARITY, 0, MEM_RELEASE)).toBe(HOST_E_INVALIDOPERATION);
  expect(manager.VirtualFree(BASE, 0, MEM_RELEASE)).toBe(S_OK);
  expect(scene.run(BASE).size).toBe(GRANULARITY);
});

rule("14.5#4", "S_OK with bytes or with 0", (scene) => {
  const { manager } = started(scene);
  const result = { value: BEFORE };
  expect(manager.VirtualQuery(BASE, {}, 48, result)).toBe(S_OK);
  expect(result.value).toBe(scene.wide ? 0x30 : 0x1c);
  expect(manager.VirtualQuery(BASE, {}, 8, result)).toBe(S_OK);
  expect(result.value).toBe(0);
});

rule("14.5#5", "old protection, errors", (scene) => {
  const { manager } = started(scene);
  scene.take(BASE, PAGE);
  const old = { value: BEFORE };
  expect(manager.VirtualProtect(BASE, PAGE, PAGE_READONLY, old)).toBe(S_OK);
  expect([old.value, scene.protectionAt(BASE)]).toEqual([PAGE_READWRITE, PAGE_READONLY]);
  old.value = BEFORE;
  expect(manager.VirtualProtect(BASE, 2 * PAGE, PAGE_READWRITE, old)).toBe(fromWin32(487));
  expect(old.value).toBe(BEFORE);
});

rule("14.5#8", "a policy that refuses", (scene) => {
  const policy = answering(E_OUTOFMEMORY, "NeedsVirtualAddressSpace");
  const { manager } = started(scene, { policy });
  expect(manager.NeedsVirtualAddressSpace(BASE, PAGE)).toBe(E_OUTOFMEMORY);
});

rule("14.5#9", "nothing changes but what the host knows", (scene) => {
  const { manager } = started(scene);
  expectUnchanged(scene, () => {
    expect(manager.AcquiredVirtualAddressSpace(BASE, PAGE)).toBe(S_OK);
  });
});

rule("14.5#10", "nothing changes but what the host knows", (scene) => {
  const { manager } = started(scene);
  manager.AcquiredVirtualAddressSpace(BASE, PAGE);
  expectUnchanged(scene, () => expect(manager.ReleasedVirtualAddressSpace(BASE)).toBe(S_OK));
});

rule("14.5#11", "what VirtualAlloc of kernel32 gives", (scene) => {
  const host = started(scene, DETAILED);
  const expected = scene.reserve(0, PAGE);
  scene.free(expected, 0, MEM_RELEASE);
  expect(allocate(host, 0, PAGE)).toEqual([S_OK, expected]);
});

rule("14.5#12", "a conflict, and no room", (scene) => {
  const host = started(scene, DETAILED);
  take(host, BASE, PAGE);
  expect(allocate(host, BASE, PAGE, { type: MEM_RESERVE })).toEqual([E_OUTOFMEMORY, 0]);
  const space = scene.machine.highestUserAddress - GRANULARITY;
  expect(allocate(host, 0, space, { type: MEM_RESERVE })).toEqual([E_OUTOFMEMORY, 0]);
});

rule(
  "14.5#12",
  "commit limit",
  (scene) => expect(allocate(started(scene, DETAILED), 0, 11 * PAGE)).toEqual([E_OUTOFMEMORY, 0]),
  { machine: { commitLimit: 10 } },
);

rule(
  "14.5#12",
  "commit quota",
  (scene) => expect(allocate(started(scene, DETAILED), 0, 11 * PAGE)).toEqual([E_OUTOFMEMORY, 0]),
  { process: { commitQuota: 10 } },
);

rule("14.5#12", "each of the codes", () => {
  for (const error of [8, 14, 1450, 1455, 1454, 1816, 567, 487]) {
    expect(allocateFailure(error, "detailed")).toBe(E_OUTOFMEMORY);
  }
});

rule("14.5#13", "wrong protection, type, size and address", (scene) => {
  const host = started(scene, DETAILED);
  for (const [address, size, how] of [
    [0, PAGE, { protect: PAGE_WRITECOPY }],
    [0, PAGE, { type: MEM_COMMIT | MEM_RESET }],
    [BASE, 0, {}],
    [0x1000, PAGE, {}],
  ] as const) {
    expect(allocate(host, address, size, how)).toEqual([E_INVALIDARG, 0]);
  }
});

rule("14.5#14", "a privilege that is not held", (scene) => {
  const type = MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES;
  const host = started(scene, DETAILED);
  expect(allocate(host, 0, 0x200000, { type })).toEqual([fromWin32(1314), 0]);
});

rule("14.5#14", "codes and what is an HRESULT already", () => {
  for (const error of [5, 6, 1314, 1655]) {
    expect(allocateFailure(error, "detailed")).toBe(fromWin32(error));
  }
  expect(allocateFailure(0x80000001, "detailed")).toBe(0x80000001);
});

rule("14.5#15", "every pointer for an answer", (scene) => {
  const { manager } = started(scene);
  const allocator = malloc(started(scene));
  const out = { value: 0 };
  expectUnchanged(scene, () => {
    for (const hresult of [
      manager.VirtualAlloc(BASE, PAGE, MEM_RESERVE, PAGE_READWRITE, 0, null),
      manager.VirtualAlloc(BASE, PAGE, MEM_RESERVE, PAGE_READWRITE, 0, 0),
      manager.VirtualQuery(BASE, null, 48, out),
      manager.VirtualQuery(BASE, {}, 48, null),
      manager.VirtualProtect(BASE, PAGE, PAGE_READONLY, null),
      manager.GetMemoryLoad(null, out),
      manager.GetMemoryLoad(out, undefined),
      manager.CreateMalloc(0, null),
      manager.QueryInterface("{00000000-0000-0000-c000-000000000046}", null),
      allocator.Alloc(1, 0, null),
      allocator.DebugAlloc(1, 0, null, 0, null),
    ]) {
      expect([hresult, scene.machine.decision]).toEqual([E_POINTER, "14.5#15"]);
    }
  });
});

rule("14.5#15", "a guest address that cannot be written", (scene) => {
  const { manager } = started(scene);
  scene.take(BASE, PAGE, PAGE_READONLY);
  for (const memory of [BASE, BASE + PAGE, BASE + PAGE - 2]) {
    expectUnchanged(scene, () => {
      const type = MEM_RESERVE;
      expect(manager.VirtualAlloc(0, PAGE, type, PAGE_READWRITE, 0, memory)).toBe(E_POINTER);
      expect(manager.VirtualProtect(BASE, PAGE, PAGE_NOACCESS, memory)).toBe(E_POINTER);
      expect(manager.GetMemoryLoad({ value: 0 }, memory)).toBe(E_POINTER);
    });
  }
});

rule("14.5#16", "not before the start", (scene) => {
  const { manager, start } = clrHost(scene.process);
  const load = { value: BEFORE };
  expect(manager.GetMemoryLoad(load, load)).toBe(HOST_E_CLRNOTAVAILABLE);
  expect([load.value, scene.machine.decision]).toEqual([BEFORE, "17.2#29"]);
  start();
  expect(manager.GetMemoryLoad(load, { value: 0 })).toBe(S_OK);
});

rule("14.5#17", "each answer, of each method", (scene) => {
  const allocator = malloc(started(scene));
  for (const hresult of [HOST_E_TIMEOUT, HOST_E_NOT_OWNER, HOST_E_ABANDONED]) {
    const host = started(scene, { policy: answering(hresult) });
    const { Alloc, DebugAlloc, Free, ...methods } = everyMethod(host, allocator);
    delete methods["QueryInterface of an allocator"];
    for (const [name, method] of Object.entries(methods)) {
      expectUnchanged(scene, () => expect([name, method()]).toEqual([name, hresult]));
    }
  }
});

rule("14.5#18", "a failure costs the same whatever the level", (scene) => {
  const host = started(scene);
  take(host, BASE, PAGE);
  for (const level of [eTaskCritical, eAppDomainCritical, eProcessCritical]) {
    expect(allocate(host, BASE, PAGE, { level })).toEqual([E_OUTOFMEMORY, 0]);
  }
});

rule("17.2#27", "for every answer, in an object and in guest memory", (scene) => {
  const guest = scene.take(BASE, PAGE);
  const allocateAt = (host: ReturnType<typeof clrHost>, address: number) => {
    const memory = { value: BEFORE };
    scene.memory.fill(guest, 0xff, 16);
    const { VirtualAlloc } = host.manager;
    const answers = [memory, guest].map((out) => {
      return VirtualAlloc(address, PAGE, MEM_RESERVE, PAGE_READWRITE, 0, out);
    });
    expect(memory.value).toBe(0);
    const bytes = scene.memory.read(guest, 16);
    const { pointerBytes } = scene.machine;
    expect([...bytes]).toEqual([...bytes.keys()].map((at) => (at < pointerBytes ? 0 : 0xff)));
    return answers;
  };
  const twice = (hresult: number) => [hresult, hresult];
  expect(allocateAt(clrHost(scene.process), 0)).toEqual(twice(HOST_E_CLRNOTAVAILABLE));
  expect(allocateAt(started(scene), BASE)).toEqual(twice(E_OUTOFMEMORY));
  for (const hresult of [HOST_E_TIMEOUT, HOST_E_NOT_OWNER, HOST_E_ABANDONED, E_OUTOFMEMORY]) {
    const host = started(scene, { policy: answering(hresult) });
    expect(allocateAt(host, 0)).toEqual(twice(hresult));
  }
  const failing = started(scene, { policy: answering(E_FAIL) });
  expect(allocateAt(failing, 0)).toEqual([E_FAIL, HOST_E_CLRNOTAVAILABLE]);
});

rule("17.2#27", "the allocation is in guest memory too", (scene) => {
  const { manager } = started(scene);
  const guest = scene.take(BASE, PAGE);
  const at = BASE + GRANULARITY;
  expect(manager.VirtualAlloc(at, 1, MEM_RESERVE, PAGE_READWRITE, 0, guest)).toBe(S_OK);
  expect(scene.memory.getUint32(guest)).toBe(at);
});

rule("17.2#28", "whatever is wrong", (scene) => {
  const host = started(scene);
  take(host, BASE, PAGE);
  const wrong = [
    allocate(host, BASE, PAGE, { type: MEM_RESERVE }),
    allocate(host, 0, PAGE, { protect: PAGE_WRITECOPY }),
    allocate(host, 0, PAGE, { type: MEM_RESET | MEM_COMMIT }),
    allocate(host, 0, 0x200000, { type: MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES }),
    allocate(host, 0x1000, PAGE),
    allocate(host, scene.machine.highestUserAddress, PAGE),
  ];
  for (const answer of wrong) expect(answer).toEqual([E_OUTOFMEMORY, 0]);
});

rule("17.2#29", "no method does anything", (scene) => {
  const host = clrHost(scene.process);
  expect(host.state).toBe("not-started");
  const allocator = malloc(started(scene.another()));
  const { Alloc, DebugAlloc, Free, ...methods } = everyMethod(host, allocator);
  delete methods["QueryInterface of an allocator"];
  for (const [name, method] of Object.entries(methods)) {
    expectUnchanged(scene, () => expect([name, method()]).toEqual([name, HOST_E_CLRNOTAVAILABLE]));
  }
  expect(host.acquiredRanges).toEqual([]);
});

rule("17.2#30", "every method of every manager and allocator, and no start helps", (scene) => {
  const host = started(scene);
  const allocator = malloc(host);
  const failing = clrHost(scene.process, { policy: answering(E_FAIL, "GetMemoryLoad") });
  expect(failing.manager.GetMemoryLoad({ value: 0 }, { value: 0 })).toBe(E_FAIL);
  host.start();
  for (const manager of [host, failing, clrHost(scene.process)]) {
    expect(manager.state).toBe("failed");
    for (const [name, method] of Object.entries(everyMethod(manager, allocator))) {
      expectUnchanged(scene, () => {
        expect([name, method()]).toEqual([name, HOST_E_CLRNOTAVAILABLE]);
      });
    }
  }
});

rule("17.2#30", "another process goes on", (scene) => {
  const [host, other] = [started(scene, { policy: answering(E_FAIL) }), scene.another()];
  const theirs = started(other);
  expect(allocate(host, 0, PAGE)).toEqual([E_FAIL, 0]);
  expect([host.state, theirs.state]).toEqual(["failed", "started"]);
  expect(allocate(theirs, BASE, PAGE)).toEqual([S_OK, BASE]);
});

rule(
  "17.2#31",
  "no other try for a task, one for a domain and for the process",
  (scene) => {
    for (const level of [eTaskCritical, eAppDomainCritical, eProcessCritical]) {
      const spare = scene.take(BASE, 8 * PAGE);
      const reclaim = () => scene.free(spare, 8 * PAGE, MEM_DECOMMIT);
      const host = started(scene, { policy: { reclaim } });
      const isTask = level === eTaskCritical;
      const [hresult] = allocate(host, BASE + GRANULARITY, 8 * PAGE, { level });
      expect(hresult).toBe(isTask ? E_OUTOFMEMORY : S_OK);
      if (!isTask) scene.free(BASE + GRANULARITY, 0, MEM_RELEASE);
      scene.free(BASE, 0, MEM_RELEASE);
    }
  },
  { machine: { commitLimit: 10 } },
);
