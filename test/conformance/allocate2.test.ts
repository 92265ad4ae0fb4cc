import { expect } from "vitest";
import {
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_ENOUGH_MEMORY,
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_REPLACE_PLACEHOLDER,
  MEM_RESERVE,
  MEM_RESERVE_PLACEHOLDER,
  MEM_TOP_DOWN,
  MemExtendedParameterNumaNode,
  PAGE_NOACCESS,
  PAGE_READWRITE,
  STATUS_INVALID_HANDLE,
} from "../../src/constants.ts";
import type { AddressRequirements } from "../../src/extended-parameters.ts";
import { allocate2, allocate2Refused, HOLD, hold, within } from "./support/placeholders.ts";
import { expectError, expectStatus } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

rule("8.1#1", "one parameter, and NULL", (scene) => {
  const { VirtualAlloc2 } = scene.kernel32;
  const refusal = { decision: "8.1#1", error: ERROR_INVALID_PARAMETER };
  expectError(scene, refusal, () =>
    VirtualAlloc2(SELF, 0, PAGE, MEM_RESERVE, PAGE_READWRITE, null, 1),
  );
});

rule("8.1#2", "types 0 and 6, one twice, and one once", (scene) => {
  const node = { Type: MemExtendedParameterNumaNode, ULong64: 0 };
  for (const parameters of [[{ Type: 0 }], [{ Type: 6 }], [node, node]]) {
    const error = ERROR_INVALID_PARAMETER;
    allocate2Refused(scene, "8.1#2", error, 0, PAGE, MEM_RESERVE, PAGE_READWRITE, parameters);
  }
  expect(allocate2(scene, 0, PAGE, MEM_RESERVE, PAGE_READWRITE, [node])).not.toBe(0);
});

/** Requirements that have to be refused before the handle is looked at. */
function requirementsRefused(scene: Scene, requirements: AddressRequirements): void {
  const refusal = { decision: "8.1#3", error: ERROR_INVALID_PARAMETER };
  const parameters = within(requirements);
  const { VirtualAlloc2 } = scene.kernel32;
  for (const process of [SELF, 0x5554]) {
    expectError(scene, refusal, () =>
      VirtualAlloc2(process, 0, PAGE, MEM_RESERVE, PAGE_READWRITE, parameters),
    );
  }
}

rule("8.1#3", "each field", (scene) => {
  requirementsRefused(scene, { LowestStartingAddress: 0x1000 });
  requirementsRefused(scene, { HighestEndingAddress: 0x20000 });
  requirementsRefused(scene, { Alignment: 0x8000 });
});

rule("8.1#4", "with a base, and with COMMIT alone", (scene) => {
  const parameters = within({ Alignment: GRANULARITY });
  const error = ERROR_INVALID_PARAMETER;
  allocate2Refused(scene, "8.1#4", error, BASE, PAGE, MEM_RESERVE, PAGE_READWRITE, parameters);
  allocate2Refused(scene, "8.1#4", error, 0, PAGE, MEM_COMMIT, PAGE_READWRITE, parameters);
});

rule("8.1#5", "alone, with COMMIT, with REPLACE, and with every other protection", (scene) => {
  const error = ERROR_INVALID_PARAMETER;
  const alone = MEM_COMMIT | MEM_RESERVE_PLACEHOLDER;
  allocate2Refused(scene, "8.1#5", error, BASE, PAGE, alone, PAGE_NOACCESS);
  allocate2Refused(scene, "8.1#5", error, BASE, PAGE, HOLD | MEM_COMMIT, PAGE_NOACCESS);
  allocate2Refused(
    scene,
    "8.1#5",
    error,
    BASE,
    PAGE,
    HOLD | MEM_REPLACE_PLACEHOLDER,
    PAGE_NOACCESS,
  );
  for (const protect of [0x02, 0x04, 0x10, 0x20, 0x40]) {
    allocate2Refused(scene, "8.1#5", error, BASE, PAGE, HOLD, protect);
  }
});

rule("8.1#6", "with COMMIT", (scene) => {
  hold(scene, BASE, 1);
  const type = MEM_REPLACE_PLACEHOLDER | MEM_COMMIT;
  allocate2Refused(scene, "8.1#6", ERROR_INVALID_PARAMETER, BASE, PAGE, type);
});

rule("8.1#7", "both, from both faces", (scene) => {
  const { VirtualAlloc } = scene.kernel32;
  const { NtAllocateVirtualMemory } = scene.ntdll;
  hold(scene, BASE, 1);
  for (const flag of [MEM_RESERVE_PLACEHOLDER, MEM_REPLACE_PLACEHOLDER]) {
    const type = MEM_RESERVE | flag;
    const refusal = { decision: "2.1#2", error: ERROR_INVALID_PARAMETER };
    expectError(scene, refusal, () => VirtualAlloc(BASE, PAGE, type, PAGE_NOACCESS));
    const [base, size] = [{ value: BASE }, { value: PAGE }];
    const status = NtAllocateVirtualMemory(SELF, base, 0, size, type, PAGE_NOACCESS);
    expect(scene.kernel32.GetLastError()).toBe(scene.ntdll.RtlNtStatusToDosError(status));
  }
});

rule("8.1#8", "and with a handle that is none", (scene) => {
  const { VirtualAlloc2 } = scene.kernel32;
  const { NtAllocateVirtualMemoryEx } = scene.ntdll;
  expect(VirtualAlloc2(null, BASE, PAGE, MEM_RESERVE, PAGE_NOACCESS)).toBe(BASE);
  for (const process of [null, 0x5554]) {
    const [base, size] = [{ value: 0 }, { value: PAGE }];
    expectStatus(scene, { decision: "2.1#14", status: STATUS_INVALID_HANDLE }, () =>
      NtAllocateVirtualMemoryEx(process, base, size, MEM_RESERVE, PAGE_NOACCESS),
    );
  }
});

rule("8.2#1", "with a base, which others do not go with", (scene) => {
  const zero = { LowestStartingAddress: 0, HighestEndingAddress: 0, Alignment: 0 };
  for (const requirements of [zero, {}]) {
    const base = allocate2(scene, BASE, PAGE, MEM_RESERVE, PAGE_READWRITE, within(requirements));
    expect(base).toBe(BASE);
    scene.free(BASE, 0, MEM_RELEASE);
  }
});

/** A reservation of one granule within limits. */
function place(scene: Scene, requirements: AddressRequirements, type: number = MEM_RESERVE) {
  return allocate2(scene, 0, GRANULARITY, type, PAGE_READWRITE, within(requirements));
}

rule("8.2#2", "one that is taken, others that are refused", (scene) => {
  expect(place(scene, { LowestStartingAddress: BASE })).toBe(BASE);
  expect(place(scene, { LowestStartingAddress: BASE })).toBe(BASE + GRANULARITY);
  for (const LowestStartingAddress of [1, PAGE, BASE + 0x8000]) {
    requirementsRefused(scene, { LowestStartingAddress });
  }
});

rule("8.2#3", "to the last byte", (scene) => {
  const { highestUserAddress } = scene.machine;
  const below = (HighestEndingAddress: number) =>
    place(scene, { HighestEndingAddress }, MEM_RESERVE | MEM_TOP_DOWN);
  expect(below(BASE + 2 * GRANULARITY - 1)).toBe(BASE + GRANULARITY);
  expect(below(BASE + PAGE - 1)).toBe(BASE - GRANULARITY);
  expect(below(highestUserAddress)).toBe(scene.highestRegionAddress + 1 - GRANULARITY);
  for (const HighestEndingAddress of [BASE, BASE + 1, BASE - 2, BASE + 0x7ff]) {
    requirementsRefused(scene, { HighestEndingAddress });
  }
  requirementsRefused(scene, { HighestEndingAddress: highestUserAddress + PAGE });
  const lowest = { LowestStartingAddress: BASE };
  requirementsRefused(scene, { ...lowest, HighestEndingAddress: BASE - 1 });
});

rule(
  "8.2#3",
  "less than a granule, whatever the seed of the placement",
  (scene) => {
    const limits = { LowestStartingAddress: BASE, HighestEndingAddress: BASE + PAGE - 1 };
    const call = () => allocate2(scene, 0, PAGE, MEM_RESERVE, PAGE_READWRITE, within(limits));
    expect(call()).toBe(BASE);
    expect(call()).toBe(0);
  },
  { machine: { placement: { seed: 5 } } },
);

rule("8.2#4", "every power of two, and what is none", (scene) => {
  const lowest = { LowestStartingAddress: GRANULARITY };
  for (let shift = 16; shift < 28; shift++) {
    const Alignment = 2 ** shift;
    expect(place(scene, { ...lowest, Alignment }) % Alignment).toBe(0);
  }
  for (const Alignment of [1, 2, PAGE, 0x8000, 0x18000, 0x30000]) {
    requirementsRefused(scene, { Alignment });
  }
});

rule("8.2#5", "one granule in one granule, twice", (scene) => {
  const limits = { LowestStartingAddress: BASE, HighestEndingAddress: BASE + GRANULARITY - 1 };
  expect(place(scene, limits)).toBe(BASE);
  const error = ERROR_NOT_ENOUGH_MEMORY;
  allocate2Refused(scene, "2.2#R6", error, 0, PAGE, MEM_RESERVE, PAGE_READWRITE, within(limits));
});
