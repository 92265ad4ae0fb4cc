import { expect } from "vitest";
import {
  dotnet,
  IntPtr,
  MemoryAllocationType,
  MemoryProtectionOptions,
  MemoryState,
  MemoryType,
  UIntPtr,
} from "../../src/dotnet.ts";
import {
  AT,
  create,
  initialize,
  inside,
  SGX,
  TYPES,
  VBS,
  WITH_ALL,
} from "../conformance/support/enclave.ts";
import {
  BASE,
  expectUnchanged,
  GRANULARITY,
  PAGE,
  type Scene,
} from "../conformance/support/scene.ts";
import { statement } from "./support/statement.ts";

const { Commit, Reserve, Reset, ResetUndo, TopDown } = MemoryAllocationType;
const { NoAccess, ReadOnly, ReadWrite, Guard, NoCache, WriteCombine } = MemoryProtectionOptions;

const methodsOf = (scene: Scene) => dotnet(scene.process).NativeMethods;
const lastErrorOf = (scene: Scene) => dotnet(scene.process).Marshal.GetLastWin32Error();

/** The call returns Zero and changes nothing; what GetLastWin32Error says. */
function refusal(scene: Scene, call: () => number): number {
  expectUnchanged(scene, () => expect(call()).toBe(UIntPtr.Zero));
  return lastErrorOf(scene);
}

statement(1, "reserve, commit, reset", (scene) => {
  const { VirtualAlloc } = methodsOf(scene);
  expect(VirtualAlloc(BASE, 2 * PAGE, Reserve, ReadWrite)).toBe(BASE);
  expect(scene.stateAt(BASE)).toBe(MemoryState.Reserve);
  expect(VirtualAlloc(BASE, PAGE, Commit, ReadWrite)).toBe(BASE);
  expect(scene.runs().filter(({ allocationBase }) => allocationBase === BASE)).toMatchObject([
    { base: BASE, size: PAGE, state: MemoryState.Commit, type: MemoryType.Private },
    { base: BASE + PAGE, state: MemoryState.Reserve, type: MemoryType.Private },
  ]);
  expect(VirtualAlloc(BASE, PAGE, Reset, ReadWrite)).toBe(BASE);
  expect(VirtualAlloc(BASE, PAGE, ResetUndo, ReadWrite)).toBe(BASE);
});

statement(2, "every byte, and again after a decommit", (scene) => {
  const { VirtualAlloc, VirtualFree } = methodsOf(scene);
  const size = 2 * PAGE;
  for (let round = 0; round < 2; round++) {
    VirtualAlloc(BASE, size, round === 0 ? Reserve | Commit : Commit, ReadWrite);
    expect(scene.memory.read(BASE, size).every((byte) => byte === 0)).toBe(true);
    scene.memory.fill(BASE, 0xff, size);
    expect(VirtualFree(BASE, size, 0x4000)).toBe(true);
  }
});

statement(3, "there, and not here", (scene) => {
  const other = scene.another();
  const handle = scene.kernel32.OpenProcess(8, false, other.process.id);
  const { VirtualAllocEx } = methodsOf(scene);
  const runs = scene.runs();
  expect(VirtualAllocEx(handle, BASE, PAGE, Reserve, ReadWrite)).toBe(BASE);
  expect(other.stateAt(BASE)).toBe(MemoryState.Reserve);
  expect(scene.runs()).toEqual(runs);
});

statement(5, "what kernel32 answers, by the same rules", (scene) => {
  const { VirtualAlloc } = methodsOf(scene);
  const calls: readonly [number, number, number, number][] = [
    [BASE, PAGE, Reserve, ReadWrite],
    [BASE, PAGE, Commit, ReadOnly],
    [BASE, PAGE, Reserve, ReadWrite],
    [0x1000, PAGE, Reserve, ReadWrite],
    [BASE, 0, Commit, ReadWrite],
    [BASE, PAGE, Commit, Guard | NoAccess],
    [BASE, PAGE, Commit | Reset, ReadWrite],
  ];
  const other = scene.another();
  for (const call of calls) {
    const expected = [other.kernel32.VirtualAlloc(...call), scene.machine.decision];
    expect([VirtualAlloc(...call), scene.machine.decision]).toEqual(expected);
  }
  expect(Object.keys(methodsOf(scene)).filter((name) => /^VirtualAlloc[AW]$/.test(name))).toEqual(
    [],
  );
});

statement(6, "what other calls do to the system's is not seen", (scene) => {
  refusal(scene, () => methodsOf(scene).VirtualAlloc(BASE, 0, Reserve, ReadWrite));
  scene.kernel32.SetLastError(5);
  expect(lastErrorOf(scene)).toBe(87);
});

statement(7, "called without one", (scene) => {
  const { VirtualAlloc } = methodsOf(scene);
  expect(VirtualAlloc.call(undefined, BASE, PAGE, Reserve, ReadWrite)).toBe(BASE);
});

statement(8, "each is looked at under its name", (scene) => {
  const { VirtualAlloc } = methodsOf(scene);
  expect(VirtualAlloc).toHaveLength(4);
  expect(() => VirtualAlloc(0.5, PAGE, Reserve, ReadWrite)).toThrow(/^address must /);
  expect(() => VirtualAlloc(BASE, 0.5, Reserve, ReadWrite)).toThrow(/^size must /);
  expect(() => VirtualAlloc(BASE, PAGE, 0.5, ReadWrite)).toThrow(/^allocationType must /);
  expect(() => VirtualAlloc(BASE, PAGE, Reserve, 0.5)).toThrow(/^protection must /);
});

statement(
  9,
  "positive above 2 GB",
  (scene) => {
    const { VirtualAlloc } = methodsOf(scene);
    const high = VirtualAlloc(IntPtr.Zero, PAGE, Reserve | TopDown, ReadWrite);
    expect(high).toBe(scene.highestRegionAddress + 1 - GRANULARITY);
    expect(high).toBeGreaterThan(0x8000_0000);
  },
  { on: ["win32-3g windowed", "win64 translated"] },
);

statement(11, "there and nowhere else, negative or not", (scene) => {
  const { VirtualAlloc } = methodsOf(scene);
  expect(VirtualAlloc(BASE, PAGE, Reserve, ReadWrite)).toBe(BASE);
  expect(scene.run(BASE).allocationBase).toBe(BASE);
  expect(refusal(scene, () => VirtualAlloc(-PAGE, PAGE, Reserve, ReadWrite))).toBe(87);
});

statement(12, "the granule of the address", (scene) => {
  const { VirtualAlloc } = methodsOf(scene);
  expect(VirtualAlloc(BASE + GRANULARITY - 1, 1, Reserve, ReadWrite)).toBe(BASE);
  expect(scene.run(BASE)).toMatchObject({ allocationBase: BASE, size: GRANULARITY });
});

statement(13, "the page of the address", (scene) => {
  const { VirtualAlloc } = methodsOf(scene);
  scene.reserve(BASE, GRANULARITY);
  expect(VirtualAlloc(BASE + 3 * PAGE + 0x123, 1, Commit, ReadWrite)).toBe(BASE + 3 * PAGE);
  expect(scene.run(BASE)).toMatchObject({ state: MemoryState.Reserve, size: 3 * PAGE });
  expect(scene.run(BASE + 3 * PAGE)).toMatchObject({ state: MemoryState.Commit, size: PAGE });
});

statement(14, "they are those that VirtualAlloc rounds by", (scene) => {
  const { VirtualAlloc } = methodsOf(scene);
  const info = { dwPageSize: 0, dwAllocationGranularity: 0 };
  scene.kernel32.GetSystemInfo(info);
  const { dwPageSize, dwAllocationGranularity } = info;
  const second = BASE + dwAllocationGranularity;
  expect(VirtualAlloc(second - 1, 1, Reserve, ReadWrite)).toBe(BASE);
  expect(VirtualAlloc(second, 1, Reserve, ReadWrite)).toBe(second);
  expect(VirtualAlloc(second + 1, 1, Commit, ReadWrite)).toBe(second);
  expect(scene.run(second).size).toBe(dwPageSize);
});

statement(15, "a free one each time", (scene) => {
  const { VirtualAlloc } = methodsOf(scene);
  const places = [1, 2, 3].map(() => VirtualAlloc(IntPtr.Zero, PAGE, Reserve, ReadWrite));
  expect(new Set(places).size).toBe(3);
  for (const place of places) expect(scene.run(place).allocationBase).toBe(place);
});

statement(
  16,
  "readable from inside, of every kind",
  (scene) => {
    for (const type of TYPES) {
      expect(create(scene, type)).toBe(AT);
      expect(methodsOf(scene).VirtualAlloc(AT + 1, 1, Commit, ReadWrite)).toBe(AT);
      expect(scene.run(AT)).toMatchObject({ allocationBase: AT, size: PAGE, state: Commit });
      initialize(scene, type);
      inside(scene, () => {
        expect(scene.memory.read(AT, PAGE).every((byte) => byte === 0)).toBe(true);
      });
      scene.kernel32.DeleteEnclave(AT);
    }
  },
  WITH_ALL,
);

statement(
  17,
  "a second time",
  (scene) => {
    const { VirtualAlloc } = methodsOf(scene);
    for (const type of TYPES) {
      create(scene, type);
      expect(VirtualAlloc(AT + PAGE, PAGE, Commit, ReadWrite)).toBe(AT + PAGE);
      for (const [at, size] of [
        [AT + PAGE, PAGE],
        [AT, 2 * PAGE],
      ] as const) {
        expect(refusal(scene, () => VirtualAlloc(at, size, Commit, ReadWrite))).toBe(487);
      }
      scene.kernel32.DeleteEnclave(AT);
    }
  },
  WITH_ALL,
);

statement(
  18,
  "the enclave says so",
  (scene) => {
    create(scene, SGX);
    methodsOf(scene).VirtualAlloc(AT, 2 * PAGE, Commit, ReadWrite);
    const pages = scene.process.enclavePages(AT);
    expect(pages.map(({ measured }) => measured)).toEqual([false, false]);
  },
  WITH_ALL,
);

statement(
  19,
  "committed pages and others",
  (scene) => {
    const { VirtualAlloc } = methodsOf(scene);
    for (const type of [SGX, VBS]) {
      create(scene, type);
      VirtualAlloc(AT, PAGE, Commit, ReadWrite);
      initialize(scene, type);
      for (const at of [AT, AT + PAGE]) {
        expect(refusal(scene, () => VirtualAlloc(at, PAGE, Commit, ReadWrite))).toBe(487);
      }
      scene.kernel32.DeleteEnclave(AT);
    }
  },
  WITH_ALL,
);

statement(20, "bytes, and never negative", (scene) => {
  const { VirtualAlloc } = methodsOf(scene);
  expect(VirtualAlloc(BASE, 5 * PAGE, Reserve, ReadWrite)).toBe(BASE);
  expect(scene.run(BASE).size).toBe(5 * PAGE);
  const half = 2n ** BigInt(scene.machine.pointerBytes * 8 - 1);
  expect(refusal(scene, () => VirtualAlloc(IntPtr.Zero, half, Reserve, ReadWrite))).toBe(87);
  expect(() => VirtualAlloc(BASE, -PAGE, Reserve, ReadWrite)).toThrow(/^size must be 0 to /);
});

statement(21, "one byte, and one byte more than a page", (scene) => {
  const { VirtualAlloc } = methodsOf(scene);
  for (const [size, rounded] of [
    [1, PAGE],
    [PAGE, PAGE],
    [PAGE + 1, 2 * PAGE],
  ] as const) {
    const base = VirtualAlloc(IntPtr.Zero, size, Reserve | Commit, ReadWrite);
    expect(scene.run(base)).toMatchObject({ allocationBase: base, size: rounded });
  }
});

statement(22, "not the page after the last byte", (scene) => {
  const { VirtualAlloc } = methodsOf(scene);
  scene.reserve(BASE, GRANULARITY);
  VirtualAlloc(BASE + PAGE + 1, 2 * PAGE - 1, Commit, ReadWrite);
  expect(scene.run(BASE + PAGE)).toMatchObject({ state: MemoryState.Commit, size: 2 * PAGE });
  VirtualAlloc(BASE + 8 * PAGE + 1, 2 * PAGE, Commit, ReadWrite);
  expect(scene.run(BASE + 8 * PAGE)).toMatchObject({ state: MemoryState.Commit, size: 3 * PAGE });
});

statement(23, "both committed", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  expect(methodsOf(scene).VirtualAlloc(BASE + PAGE - 1, 2, Commit, ReadWrite)).toBe(BASE);
  expect(scene.run(BASE)).toMatchObject({ state: MemoryState.Commit, size: 2 * PAGE });
});

statement(
  24,
  "its members are the types of Windows, and Default is none",
  (scene) => {
    const { VirtualAlloc } = methodsOf(scene);
    const { Default, Physical, LargePages } = MemoryAllocationType;
    expect(VirtualAlloc(BASE, PAGE, Reserve | Physical, ReadWrite)).toBe(BASE);
    const large = 0x200000;
    const at = BASE + large;
    expect(VirtualAlloc(at, large, Reserve | Commit | LargePages, ReadWrite)).toBe(at);
    expect(scene.run(at)).toMatchObject({ state: MemoryState.Commit, size: large });
    expect(refusal(scene, () => VirtualAlloc(BASE, PAGE, Default, ReadWrite))).toBe(87);
  },
  { machine: { lockMemoryPrivilege: true } },
);

statement(25, "as VirtualQuery shows it", (scene) => {
  const { VirtualAlloc, VirtualQuery } = methodsOf(scene);
  const { Execute, ExecuteRead, ExecuteReadWrite } = MemoryProtectionOptions;
  const alone = [NoAccess, ReadOnly, ReadWrite, Execute, ExecuteRead, ExecuteReadWrite];
  const all = [...alone, ReadWrite | Guard, ReadOnly | NoCache, ReadWrite | WriteCombine];
  for (const protection of all) {
    const base = VirtualAlloc(IntPtr.Zero, PAGE, Reserve | Commit, protection);
    const buffer = { Protect: 0, AllocationProtect: 0 };
    expect(VirtualQuery(base, buffer)).not.toBe(0);
    expect(buffer).toMatchObject({ Protect: protection, AllocationProtect: protection });
  }
});

statement(26, "copy-on-write is refused", (scene) => {
  const { WriteCopy, ExecuteWriteCopy } = MemoryProtectionOptions;
  const { VirtualAlloc } = methodsOf(scene);
  scene.reserve(BASE, GRANULARITY);
  for (const protection of [WriteCopy, ExecuteWriteCopy]) {
    for (const type of [Commit, Reserve | Commit]) {
      const at = type === Commit ? BASE : BASE + GRANULARITY;
      expect(refusal(scene, () => VirtualAlloc(at, PAGE, type, protection))).toBe(87);
    }
  }
});

statement(
  27,
  "each of the four, in every kind of enclave",
  (scene) => {
    const { VirtualAlloc } = methodsOf(scene);
    for (const type of TYPES) {
      create(scene, type);
      for (const protection of [
        NoAccess,
        ReadWrite | Guard,
        ReadWrite | NoCache,
        ReadWrite | WriteCombine,
      ]) {
        expect(refusal(scene, () => VirtualAlloc(AT, PAGE, Commit, protection))).toBe(87);
      }
      scene.kernel32.DeleteEnclave(AT);
    }
  },
  WITH_ALL,
);

statement(28, "of a reservation its start, of a commit its first page", (scene) => {
  const { VirtualAlloc } = methodsOf(scene);
  const base = VirtualAlloc(IntPtr.Zero, GRANULARITY, Reserve, ReadWrite);
  expect(scene.run(base)).toMatchObject({ base, allocationBase: base, size: GRANULARITY });
  expect(VirtualAlloc(base + PAGE + 1, PAGE, Commit, ReadWrite)).toBe(base + PAGE);
});

statement(29, "which is 0", (scene) => {
  expect(UIntPtr.Zero).toBe(0);
  const { VirtualAlloc } = methodsOf(scene);
  refusal(scene, () => VirtualAlloc(BASE, PAGE, Commit, ReadWrite));
  refusal(scene, () => VirtualAlloc(BASE, PAGE, Reserve, 0));
});

statement(30, "the code of each, and 0 after a success", (scene) => {
  const { VirtualAlloc, VirtualAllocEx } = methodsOf(scene);
  expect(refusal(scene, () => VirtualAlloc(BASE, PAGE, Commit, ReadWrite))).toBe(487);
  expect(refusal(scene, () => VirtualAlloc(BASE, PAGE, Reserve, 0))).toBe(87);
  expect(refusal(scene, () => VirtualAllocEx(4, BASE, PAGE, Reserve, ReadWrite))).toBe(6);
  expect(VirtualAlloc(BASE, PAGE, Reserve, ReadWrite)).toBe(BASE);
  expect(lastErrorOf(scene)).toBe(0);
});
