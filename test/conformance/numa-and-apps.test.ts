import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_PARAMETER,
  ERROR_NOACCESS,
  FILE_MAP_EXECUTE,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  MEM_COMMIT,
  MEM_RESERVE,
  NUMA_NO_PREFERRED_NODE,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_QUERY_INFORMATION,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";
import { mapping, view } from "./support/sections.ts";
import { attributesAt, touchPages } from "./support/working-set.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
const four = { numaNodes: 4 };

function allocate(scene: Scene, base: number, node: number, type = BOTH, protect = PAGE_READWRITE) {
  return scene.kernel32.VirtualAllocExNuma(SELF, base, 4 * PAGE, type, protect, node);
}

rule(
  "17.11#1",
  "pages report the node after the first touch",
  (scene) => {
    expect(allocate(scene, BASE, 3)).toBe(BASE);
    expect(allocate(scene, BASE + GRANULARITY, NUMA_NO_PREFERRED_NODE)).toBe(BASE + GRANULARITY);
    const anywhere = allocate(scene, 0, 2, MEM_COMMIT);
    expect(anywhere).not.toBe(0);
    expect(attributesAt(scene, BASE)).toMatchObject({ valid: false, node: 0 });
    touchPages(scene, BASE, [0, 16]);
    touchPages(scene, anywhere, [3]);
    expect(attributesAt(scene, BASE).node).toBe(3);
    expect(attributesAt(scene, BASE + GRANULARITY).node).toBe(0);
    expect(attributesAt(scene, anywhere + 3 * PAGE).node).toBe(2);
  },
  { machine: four },
);

rule(
  "17.11#1",
  "a node that is not there, after type and protection",
  (scene) => {
    const { GetLastError } = scene.kernel32;
    expectUnchanged(scene, () => {
      for (const node of [4, 5, 63, 64, 0xfffffffe]) {
        expect(allocate(scene, BASE, node)).toBe(0);
        expect([GetLastError(), scene.machine.decision]).toEqual([
          ERROR_INVALID_PARAMETER,
          "17.11#1",
        ]);
        expect(allocate(scene, 0, node, MEM_COMMIT)).toBe(0);
        expect(scene.machine.decision).toBe("17.11#1");
      }
      expect(allocate(scene, BASE, 4, BOTH | 0x10000000)).toBe(0);
      expect(scene.machine.decision).toBe("2.1#2");
      expect(allocate(scene, BASE, 4, BOTH, 0)).toBe(0);
      expect(scene.machine.decision).toBe("2.1#9");
    });
  },
  { machine: four },
);

rule("17.11#1", "one node by default", (scene) => {
  expect(allocate(scene, BASE, 1)).toBe(0);
  expect(allocate(scene, BASE, 0)).toBe(BASE);
});

rule(
  "17.11#1",
  "a commit in a region ignores the node, a bad one too",
  (scene) => {
    expect(allocate(scene, BASE, 1, MEM_RESERVE)).toBe(BASE);
    expect(allocate(scene, BASE, 99, MEM_COMMIT)).toBe(BASE);
    touchPages(scene, BASE, [0]);
    expect(attributesAt(scene, BASE).node).toBe(1);
  },
  { machine: four },
);

rule(
  "17.11#1",
  "the parts of a region keep its node",
  (scene) => {
    expect(allocate(scene, BASE, 3)).toBe(BASE);
    const [at, bytes] = [{ value: BASE + PAGE }, { value: PAGE }];
    expect(scene.ntdll.NtFreeVirtualMemory(SELF, at, bytes, 0x8000)).toBe(0);
    touchPages(scene, BASE, [0, 2]);
    expect([attributesAt(scene, BASE).node, attributesAt(scene, BASE + 2 * PAGE).node]).toEqual([
      3, 3,
    ]);
  },
  { machine: four },
);

rule("17.11#1", "else as VirtualAllocEx", (scene) => {
  const { VirtualAllocExNuma, GetLastError, OpenProcess } = scene.kernel32;
  const call = (process: number, base: number, type = BOTH) => [
    VirtualAllocExNuma(process, base, PAGE, type, PAGE_READWRITE, 0),
    scene.machine.decision,
  ];
  expect(call(SELF, 0x1000)).toEqual([0, "2.1#0a"]);
  expect(call(SELF, BASE, BOTH | 1)).toEqual([BASE, "2.2#R2"]);
  expect(call(SELF, BASE)).toEqual([0, "2.2#R5"]);
  const weak = OpenProcess(PROCESS_QUERY_INFORMATION, 0, scene.process.id);
  expect(call(weak, BASE)).toEqual([0, "2.1#14"]);
  expect(GetLastError()).toBe(ERROR_ACCESS_DENIED);
});

const CODE = [PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY];

for (const codeGeneration of [false, true]) {
  rule(
    "17.11#3",
    `codeGeneration ${codeGeneration}`,
    (scene) => {
      const { VirtualAllocFromApp, VirtualAlloc2FromApp, GetLastError } = scene.kernel32;
      expectUnchanged(scene, () => {
        for (const protect of [...CODE, PAGE_EXECUTE_READ | PAGE_GUARD]) {
          for (const type of [MEM_RESERVE, BOTH, 0]) {
            expect(VirtualAllocFromApp(0x1000, 0, type, protect)).toBe(0);
            expect([GetLastError(), scene.machine.decision]).toEqual([
              ERROR_INVALID_PARAMETER,
              "17.11#3",
            ]);
            expect(VirtualAlloc2FromApp(0, BASE, PAGE, type, protect)).toBe(0);
            expect([GetLastError(), scene.machine.decision]).toEqual([
              ERROR_INVALID_PARAMETER,
              "17.11#3",
            ]);
          }
        }
      });
    },
    { machine: { codeGeneration } },
  );
}

rule("17.11#3", "all else as the calls that they are", (scene) => {
  const { VirtualAllocFromApp, VirtualAlloc2FromApp, GetLastError } = scene.kernel32;
  expect(VirtualAllocFromApp(BASE, PAGE, BOTH, PAGE_READWRITE)).toBe(BASE);
  expect(VirtualAlloc2FromApp(0, BASE + GRANULARITY, PAGE, BOTH, PAGE_READONLY)).not.toBe(0);
  expect(scene.protectionAt(BASE + GRANULARITY)).toBe(PAGE_READONLY);
  expect([VirtualAllocFromApp(BASE, PAGE, 0, PAGE_READWRITE), GetLastError()]).toEqual([
    0,
    ERROR_INVALID_PARAMETER,
  ]);
});

/** Which executable protections VirtualProtectFromApp takes. */
function protectable(scene: Scene): number[] {
  scene.take(BASE, PAGE);
  return CODE.filter((protect) => {
    const old = { value: 0 };
    const { VirtualProtectFromApp, GetLastError } = scene.kernel32;
    if (VirtualProtectFromApp(BASE, PAGE, protect, old) === 1) return true;
    expect([GetLastError(), scene.machine.decision]).toEqual([ERROR_INVALID_PARAMETER, "17.11#4"]);
    return false;
  });
}

rule("17.11#4", "without codeGeneration", (scene) => {
  expect(protectable(scene)).toEqual([]);
  const { VirtualProtectFromApp, GetLastError } = scene.kernel32;
  const old = { value: 0 };
  expect(VirtualProtectFromApp(BASE, PAGE, PAGE_READONLY, old)).toBe(1);
  expect([old.value, scene.protectionAt(BASE)]).toEqual([PAGE_READWRITE, PAGE_READONLY]);
  expect(VirtualProtectFromApp(BASE, PAGE, PAGE_READWRITE, null)).toBe(0);
  expect(GetLastError()).toBe(ERROR_NOACCESS);
  expect(VirtualProtectFromApp(BASE, PAGE, PAGE_EXECUTE_READ, null)).toBe(0);
  expect(GetLastError()).toBe(ERROR_INVALID_PARAMETER);
});

rule(
  "17.11#4",
  "with codeGeneration",
  (scene) => expect(protectable(scene)).toEqual([PAGE_EXECUTE, PAGE_EXECUTE_READ]),
  { machine: { codeGeneration: true } },
);

rule("17.11#5", "an offset as one number, and as a bigint", (scene) => {
  const handle = mapping(scene, 32);
  const whole = view(scene, handle);
  scene.memory.setUint8(whole + GRANULARITY, 42);
  const { MapViewOfFileFromApp, GetLastError } = scene.kernel32;
  for (const offset of [GRANULARITY, BigInt(GRANULARITY)]) {
    const at = MapViewOfFileFromApp(handle, FILE_MAP_READ, offset, PAGE);
    expect(scene.memory.getUint8(at)).toBe(42);
  }
  expect(MapViewOfFileFromApp(handle, FILE_MAP_READ, 2 ** 32, PAGE)).toBe(0);
  expect(scene.machine.decision).toBe("7.2#11");
  expect(MapViewOfFileFromApp(handle, FILE_MAP_EXECUTE | FILE_MAP_READ, 0, 0)).toBe(0);
  expect([GetLastError(), scene.machine.decision]).toEqual([ERROR_INVALID_PARAMETER, "17.11#5"]);
});

rule(
  "17.11#5",
  "executable, with codeGeneration",
  (scene) => {
    const handle = mapping(scene, 1, PAGE_EXECUTE_READWRITE);
    const { MapViewOfFileFromApp } = scene.kernel32;
    const at = MapViewOfFileFromApp(handle, FILE_MAP_EXECUTE | FILE_MAP_WRITE, 0, 0);
    expect(scene.protectionAt(at)).toBe(PAGE_EXECUTE_READWRITE);
  },
  { machine: { codeGeneration: true } },
);
