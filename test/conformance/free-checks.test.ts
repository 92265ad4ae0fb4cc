import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_VM_READ,
  STATUS_ACCESS_DENIED,
  STATUS_ACCESS_VIOLATION,
  STATUS_FREE_VM_NOT_AT_BASE,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PARAMETER_2,
  STATUS_INVALID_PARAMETER_3,
  STATUS_INVALID_PARAMETER_4,
  STATUS_MEMORY_NOT_ALLOCATED,
  STATUS_UNABLE_TO_DELETE_SECTION,
  STATUS_UNABLE_TO_FREE_VM,
} from "../../src/constants.ts";
import { type Problem, pairsOf } from "./support/order.ts";
import {
  expectError,
  expectStatus,
  type FreeCall,
  freeRefused,
  type Refusal,
} from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const DECOMMIT: FreeCall = { process: SELF, base: BASE, size: PAGE, type: MEM_DECOMMIT };
const RELEASE: FreeCall = { process: SELF, base: BASE, size: 0, type: MEM_RELEASE };

const NOT_ALLOCATED = {
  decision: "3.1#7",
  status: STATUS_MEMORY_NOT_ALLOCATED,
  error: ERROR_INVALID_ADDRESS,
};

function notAtBase(decision: string): Refusal {
  return { decision, status: STATUS_FREE_VM_NOT_AT_BASE, error: ERROR_INVALID_ADDRESS };
}

rule("3.1#1", "RELEASE with a size, alone and with DECOMMIT", (scene) => {
  scene.take(BASE, GRANULARITY);
  const refusal = { decision: "3.1#1", error: ERROR_INVALID_PARAMETER };
  const { VirtualFree } = scene.kernel32;
  for (const type of [MEM_RELEASE, MEM_RELEASE | MEM_DECOMMIT, MEM_RELEASE | MEM_COMMIT]) {
    for (const size of [1, PAGE, GRANULARITY]) {
      expectError(scene, refusal, () => VirtualFree(BASE, size, type));
    }
  }
  expectError(scene, refusal, () => VirtualFree(0, 1, MEM_RELEASE));
});

for (const type of [0, MEM_FREE, MEM_COMMIT, MEM_RESERVE, 3, 0x10000000, 0x80000000]) {
  rule("3.1#2", `type ${type.toString(16)}`, (scene) => {
    scene.take(BASE, GRANULARITY);
    const refusal = {
      decision: "3.1#2",
      status: STATUS_INVALID_PARAMETER_4,
      error: ERROR_INVALID_PARAMETER,
    };
    for (const size of [0, PAGE]) freeRefused(scene, refusal, { ...DECOMMIT, size, type });
    const more = (type | MEM_DECOMMIT) >>> 0;
    if (type !== 0) freeRefused(scene, refusal, { ...DECOMMIT, type: more });
  });
}

rule("3.1#2", "both types at once", (scene) => {
  scene.take(BASE, GRANULARITY);
  const refusal = {
    decision: "3.1#2",
    status: STATUS_INVALID_PARAMETER_4,
    error: ERROR_INVALID_PARAMETER,
  };
  freeRefused(scene, refusal, { ...RELEASE, type: MEM_RELEASE | MEM_DECOMMIT });
  freeRefused(scene, refusal, { ...DECOMMIT, type: MEM_RELEASE | MEM_DECOMMIT }, "nt");
});

for (const protect of [PAGE_NOACCESS, PAGE_READONLY]) {
  rule("3.1#3", `base and size on a page of protection ${protect}`, (scene) => {
    const at = BASE + 0x100000;
    scene.take(BASE, PAGE);
    scene.take(at, PAGE);
    const { memory } = scene;
    if (scene.wide) memory.setBigUint64(at, BigInt(BASE));
    else memory.setUint32(at, BASE);
    scene.protect(at, PAGE, protect);
    const { NtFreeVirtualMemory } = scene.ntdll;
    const refusal = { decision: "3.1#3", status: STATUS_ACCESS_VIOLATION };
    expectStatus(scene, refusal, () => NtFreeVirtualMemory(SELF, at, { value: 0 }, MEM_RELEASE));
    expectStatus(scene, refusal, () => {
      return NtFreeVirtualMemory(SELF, { value: BASE }, at + 8, MEM_RELEASE);
    });
    expectStatus(scene, refusal, () => NtFreeVirtualMemory(0, at, { value: 0 }, MEM_RELEASE));
    expectStatus(scene, refusal, () => NtFreeVirtualMemory(SELF, 0, { value: 0 }, MEM_RELEASE));
    const flags = { decision: "3.1#2", status: STATUS_INVALID_PARAMETER_4 };
    expectStatus(scene, flags, () => NtFreeVirtualMemory(SELF, at, { value: 0 }, 0));
  });
}

rule("3.1#4", "any size", (scene) => {
  const refusal = {
    decision: "3.1#4",
    status: STATUS_INVALID_PARAMETER_2,
    error: ERROR_INVALID_PARAMETER,
  };
  const base = scene.machine.highestUserAddress + 1;
  freeRefused(scene, refusal, { ...RELEASE, base });
  freeRefused(scene, refusal, { ...DECOMMIT, base });
});

rule("3.1#5", "one byte too many, and far too many", (scene) => {
  scene.take(BASE, PAGE);
  const refusal = {
    decision: "3.1#5",
    status: STATUS_INVALID_PARAMETER_3,
    error: ERROR_INVALID_PARAMETER,
  };
  const room = scene.machine.highestUserAddress - BASE;
  for (const size of [room + 1, scene.wide ? 0xffffffffffffffffn : 0xffffffff]) {
    freeRefused(scene, refusal, { ...DECOMMIT, size });
    freeRefused(scene, refusal, { ...RELEASE, size }, "nt");
  }
  const within = { ...refusal, decision: "3.1#8", status: STATUS_UNABLE_TO_FREE_VM };
  freeRefused(scene, within, { ...DECOMMIT, size: room });
});

rule("3.1#6", "a NULL handle, and one without VM_OPERATION", (scene) => {
  scene.take(BASE, PAGE);
  const { OpenProcess, GetCurrentProcessId } = scene.kernel32;
  const weak = OpenProcess(PROCESS_VM_READ, 0, GetCurrentProcessId());
  for (const call of [DECOMMIT, RELEASE]) {
    freeRefused(
      scene,
      { decision: "3.1#6", status: STATUS_INVALID_HANDLE, error: ERROR_INVALID_HANDLE },
      { ...call, process: 0 },
    );
    freeRefused(
      scene,
      { decision: "3.1#6", status: STATUS_ACCESS_DENIED, error: ERROR_ACCESS_DENIED },
      { ...call, process: weak },
    );
  }
});

rule("3.1#7", "NULL, free memory, the hole behind a region, a second release", (scene) => {
  scene.take(BASE, PAGE);
  for (const base of [0, 0x1234, BASE - 1, BASE + PAGE, BASE + GRANULARITY]) {
    freeRefused(scene, NOT_ALLOCATED, { ...RELEASE, base });
    freeRefused(scene, NOT_ALLOCATED, { ...DECOMMIT, base });
    freeRefused(scene, NOT_ALLOCATED, { ...DECOMMIT, base, size: 0 });
  }
  scene.free(BASE, 0, MEM_RELEASE);
  freeRefused(scene, NOT_ALLOCATED, RELEASE);
});

rule("3.1#8", "past the end, into free memory or a neighbour", (scene) => {
  scene.take(BASE, GRANULARITY);
  scene.take(BASE + GRANULARITY, GRANULARITY);
  const refusal = {
    decision: "3.1#8",
    status: STATUS_UNABLE_TO_FREE_VM,
    error: ERROR_INVALID_PARAMETER,
  };
  for (const base of [BASE, BASE + GRANULARITY]) {
    for (const [offset, size] of [
      [0, GRANULARITY + 1],
      [0xffff, 2],
    ] as const) {
      freeRefused(scene, refusal, { ...DECOMMIT, base: base + offset, size });
      freeRefused(scene, refusal, { ...RELEASE, base: base + offset, size }, "nt");
    }
  }
});

rule("3.1#9", "data views and images, any type and address", (scene) => {
  scene.view(BASE, GRANULARITY, PAGE_READWRITE, "pagefile");
  scene.view(BASE + GRANULARITY, GRANULARITY, PAGE_READONLY, "file");
  scene.image(BASE + 2 * GRANULARITY, GRANULARITY, PAGE_EXECUTE_READ);
  const refusal = {
    decision: "3.1#9",
    status: STATUS_UNABLE_TO_DELETE_SECTION,
    error: ERROR_INVALID_PARAMETER,
  };
  for (const start of [0, 1, 2].map((index) => BASE + index * GRANULARITY)) {
    for (const base of [start, start + PAGE]) {
      freeRefused(scene, refusal, { ...RELEASE, base });
      freeRefused(scene, refusal, { ...DECOMMIT, base });
      freeRefused(scene, refusal, { ...DECOMMIT, base, size: 0 });
      freeRefused(scene, refusal, { ...RELEASE, base, size: PAGE }, "nt");
    }
  }
});

rule("3.1#10", "one page in, the last page", (scene) => {
  scene.take(BASE, GRANULARITY);
  for (const base of [BASE + PAGE, BASE + 0xffff]) {
    freeRefused(scene, notAtBase("3.1#10"), { ...RELEASE, base });
  }
});

rule("3.1#11", "one page in, the last page", (scene) => {
  scene.take(BASE, GRANULARITY);
  for (const base of [BASE + PAGE, BASE + 0xffff]) {
    freeRefused(scene, notAtBase("3.1#11"), { ...DECOMMIT, base, size: 0 });
  }
});

rule("3.1#12", "head, middle and tail", (scene) => {
  scene.awe(BASE, GRANULARITY);
  for (const base of [BASE, BASE + 2 * PAGE, BASE + 0xf000]) {
    freeRefused(scene, notAtBase("3.1#12"), { ...RELEASE, base, size: PAGE }, "nt");
  }
});

rule("3.1#13", "part and whole", (scene) => {
  scene.awe(BASE, GRANULARITY);
  const refusal = { ...NOT_ALLOCATED, decision: "3.1#13" };
  freeRefused(scene, refusal, DECOMMIT);
  freeRefused(scene, refusal, { ...DECOMMIT, size: 0 });
});

/** One way to break each row, in their order. */
function problems(scene: Scene): Problem<FreeCall>[] {
  const user = scene.machine.highestUserAddress;
  return [
    { decision: "3.1#2", wrong: { type: MEM_FREE } },
    { decision: "3.1#4", wrong: { base: user + 1 } },
    { decision: "3.1#5", wrong: { size: user } },
    { decision: "3.1#6", wrong: { process: 0 } },
    { decision: "3.1#7", wrong: { base: BASE - GRANULARITY } },
    { decision: "3.1#8", wrong: { size: 2 * GRANULARITY } },
    { decision: "3.1#9", wrong: { base: BASE + GRANULARITY } },
    { decision: "3.1#10", wrong: { base: BASE + PAGE, size: 0, type: MEM_RELEASE } },
    { decision: "3.1#11", wrong: { base: BASE + PAGE, size: 0 } },
  ];
}

for (const id of ["3.1#2", "3.1#4", "3.1#5", "3.1#6", "3.1#7", "3.1#8"]) {
  rule(id, "comes before every later row", (scene) => {
    scene.take(BASE, GRANULARITY);
    scene.view(BASE + GRANULARITY, GRANULARITY, PAGE_READONLY, "file");
    for (const pair of pairsOf(problems(scene)).filter(({ decision }) => decision === id)) {
      const { process, base, size, type } = { ...DECOMMIT, ...pair.wrong };
      scene.ntdll.NtFreeVirtualMemory(process, { value: base }, { value: size }, type);
      expect(scene.machine.decision, `over ${pair.later}`).toBe(id);
    }
  });
}

rule("3.1#9", "comes before the base of a release", (scene) => {
  scene.image(BASE, GRANULARITY, PAGE_READONLY);
  const refusal = {
    decision: "3.1#9",
    status: STATUS_UNABLE_TO_DELETE_SECTION,
    error: ERROR_INVALID_PARAMETER,
  };
  freeRefused(scene, refusal, { ...RELEASE, base: BASE + 2 * PAGE });
});
