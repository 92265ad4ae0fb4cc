import { expect } from "vitest";
import {
  dotnet,
  IntPtr,
  MemoryAllocationType,
  MemoryFreeType,
  MemoryProtectionOptions,
  UIntPtr,
} from "../../src/dotnet.ts";
import {
  AT,
  create,
  initialize,
  SGX,
  SGX2,
  SIZE,
  start,
  TYPES,
  VBS,
  WITH_ALL,
} from "./support/enclave.ts";
import { READ, touch, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const { Commit, Reserve, Reset, Default } = MemoryAllocationType;
const { NoAccess, ReadOnly, ReadWrite, Guard, NoCache, WriteCombine } = MemoryProtectionOptions;
const { Decommit, Release } = MemoryFreeType;
const MEM_WRITE_WATCH = 0x200000;
const PAGE_TARGETS_INVALID = 0x40000000;

/** What GetLastWin32Error has after an allocation that is refused and changes nothing. */
function allocationError(
  scene: Scene,
  type: number,
  protection: number,
  address = BASE,
  size = PAGE,
): number {
  const { NativeMethods, Marshal } = dotnet(scene.process);
  expectUnchanged(scene, () => {
    expect(NativeMethods.VirtualAlloc(address, size, type, protection)).toBe(UIntPtr.Zero);
  });
  return Marshal.GetLastWin32Error();
}

rule("14.4#1", "Zero and the code of each failure", (scene) => {
  expect(UIntPtr.Zero).toBe(0);
  expect(allocationError(scene, Commit, ReadWrite)).toBe(487);
  expect(allocationError(scene, Reserve, ReadWrite, BASE, 0)).toBe(87);
  const { NativeMethods, Marshal } = dotnet(scene.process);
  expect(NativeMethods.VirtualAllocEx(0, BASE, PAGE, Reserve, ReadWrite)).toBe(UIntPtr.Zero);
  expect(Marshal.GetLastWin32Error()).toBe(6);
  expect(NativeMethods.VirtualFree(BASE, 0, Release)).toBe(false);
  expect(Marshal.GetLastWin32Error()).toBe(487);
  expect(NativeMethods.VirtualProtect(BASE, PAGE, ReadOnly, { value: 0 })).toBe(false);
  expect(Marshal.GetLastWin32Error()).toBe(487);
  expect(NativeMethods.VirtualQuery(BASE, {}, 8)).toBe(0);
  expect(Marshal.GetLastWin32Error()).toBe(24);
});

rule("14.4#2", "the lowest free place, and a commit that reserves", (scene) => {
  const { VirtualAlloc } = dotnet(scene.process).NativeMethods;
  expect(IntPtr.Zero).toBe(0);
  const base = VirtualAlloc(IntPtr.Zero, PAGE + 1, Commit, ReadWrite);
  expect(scene.run(base)).toMatchObject({ allocationBase: base, size: 2 * PAGE, state: Commit });
});

rule(
  "14.4#3",
  "before and after InitializeEnclave",
  (scene) => {
    const { VirtualAlloc } = dotnet(scene.process).NativeMethods;
    for (const type of TYPES) {
      expect(create(scene, type)).toBe(AT);
      for (const protection of [NoAccess, ReadWrite | Guard, ReadWrite | NoCache]) {
        expect(allocationError(scene, Commit, protection, AT)).toBe(87);
      }
      expect(allocationError(scene, Commit, ReadWrite | WriteCombine, AT)).toBe(87);
      expect(VirtualAlloc(AT, PAGE, Commit, ReadWrite)).toBe(AT);
      initialize(scene, type);
      if (type !== SGX2) {
        for (const address of [AT, AT + PAGE]) {
          expect(allocationError(scene, Commit, ReadWrite, address)).toBe(487);
        }
      }
      scene.kernel32.DeleteEnclave(AT);
    }
  },
  WITH_ALL,
);

rule(
  "17.2#14",
  ".NET gets ERROR_INVALID_ADDRESS",
  (scene) => {
    for (const type of [SGX, VBS]) {
      start(scene, type);
      expect(allocationError(scene, Commit, ReadWrite, AT + PAGE)).toBe(487);
      scene.kernel32.DeleteEnclave(AT);
    }
  },
  WITH_ALL,
);

rule("14.4#4", "statuses for the system's refusals, exceptions for the runtime's", (scene) => {
  const { VirtualAlloc } = dotnet(scene.process).NativeMethods;
  const highest = scene.wide ? 2n ** 64n - 1n : 2 ** 32 - 1;
  expect(VirtualAlloc(BASE, highest, Reserve, ReadWrite)).toBe(UIntPtr.Zero);
  const above = BigInt(highest) + 1n;
  expectUnchanged(scene, () => {
    const overflow = () => VirtualAlloc(BASE, above, Reserve, ReadWrite);
    expect(overflow).toThrow(RangeError);
    expect(overflow).toThrow(/^size must be .*OverflowException/);
  });
});

rule("14.4#5", "names and values", () => {
  expect(MemoryAllocationType).toStrictEqual({
    Default: 0,
    Commit: 4096,
    Reserve: 8192,
    Reset: 524288,
    TopDown: 1048576,
    Physical: 4194304,
    ResetUndo: 16777216,
    LargePages: 536870912,
  });
  expect(MemoryProtectionOptions).toStrictEqual({
    NoAccess: 1,
    ReadOnly: 2,
    ReadWrite: 4,
    WriteCopy: 8,
    Execute: 16,
    ExecuteRead: 32,
    ExecuteReadWrite: 64,
    ExecuteWriteCopy: 128,
    Guard: 256,
    NoCache: 512,
    WriteCombine: 1024,
  });
});

rule("14.4#6", "a watched region, and call targets", (scene) => {
  const { VirtualAlloc } = dotnet(scene.process).NativeMethods;
  const members: number[] = [
    ...Object.values(MemoryAllocationType),
    ...Object.values(MemoryProtectionOptions),
  ];
  expect(members).not.toContain(MEM_WRITE_WATCH);
  expect(members).not.toContain(PAGE_TARGETS_INVALID);
  expect(VirtualAlloc(BASE, PAGE, Reserve | Commit | MEM_WRITE_WATCH, ReadWrite)).toBe(BASE);
  scene.memory.setUint8(BASE, 1);
  expect(scene.marks(BASE, PAGE)).toEqual([BASE]);
  const protection = MemoryProtectionOptions.ExecuteRead | PAGE_TARGETS_INVALID;
  expect(VirtualAlloc(BASE + GRANULARITY, PAGE, Reserve | Commit, protection)).not.toBe(0);
});

rule("14.4#7", "names, values, and what they do", (scene) => {
  expect(MemoryFreeType).toStrictEqual({ Decommit: 16384, Release: 32768 });
  const { VirtualFree } = dotnet(scene.process).NativeMethods;
  scene.take(BASE, 2 * PAGE);
  expect(VirtualFree(BASE, PAGE, Decommit)).toBe(true);
  expect([scene.stateAt(BASE), scene.stateAt(BASE + PAGE)]).toEqual([Reserve, Commit]);
  expect(VirtualFree(BASE, 0, Release)).toBe(true);
  expect(scene.stateAt(BASE)).toBe(0x10000);
});

rule("14.4#8", "Default, and no protection", (scene) => {
  expect(allocationError(scene, Default, ReadWrite)).toBe(87);
  expect(allocationError(scene, Reserve | Commit, 0)).toBe(87);
});

rule("14.4#9", "each pair that the members name", (scene) => {
  const pairs: readonly (readonly [number, number])[] = [
    [Guard, NoAccess],
    [NoCache, Guard | ReadWrite],
    [NoCache, NoAccess],
    [NoCache, WriteCombine | ReadWrite],
    [WriteCombine, NoAccess],
    [WriteCombine, Guard | ReadWrite],
  ];
  for (const [left, right] of pairs) {
    expect(allocationError(scene, Reserve | Commit, left | right)).toBe(87);
  }
  const { WriteCopy, ExecuteWriteCopy, Execute } = MemoryProtectionOptions;
  scene.reserve(BASE, PAGE);
  for (const copied of [WriteCopy, ExecuteWriteCopy]) {
    expect(allocationError(scene, Commit, copied)).toBe(87);
  }
  const { CreateFileMapping, GetLastError } = scene.kernel32;
  for (const protection of [NoAccess, Execute, ReadWrite | Guard]) {
    expect(CreateFileMapping(-1, null, protection, 0, PAGE, null)).toBe(0);
    expect(GetLastError()).toBe(87);
  }
});

rule("14.4#10", "numbers and bigints, with and without a process", (scene) => {
  const { VirtualAlloc, VirtualAllocEx } = dotnet(scene.process).NativeMethods;
  expect(VirtualAlloc(BASE, PAGE, Reserve, ReadWrite)).toBe(BASE);
  expect(VirtualAlloc(BigInt(BASE), BigInt(PAGE), Commit, ReadWrite)).toBe(BASE);
  const other = scene.another();
  const handle = scene.kernel32.OpenProcess(8, false, other.process.id);
  expect(VirtualAllocEx(handle, BASE, PAGE, Reserve, ReadOnly)).toBe(BASE);
  expect(other.run(BASE)).toMatchObject({ state: Reserve, allocationProtect: ReadOnly });
  expect(VirtualAllocEx(SELF, BASE, PAGE, Reset, ReadWrite)).toBe(BASE);
  expect(scene.stateAt(BASE)).toBe(Commit);
});

rule("17.2#32", "a negative address, and a size that none can be", (scene) => {
  const { NativeMethods, Marshal } = dotnet(scene.process);
  expect(NativeMethods.VirtualAlloc(-PAGE, PAGE, Reserve, ReadWrite)).toBe(UIntPtr.Zero);
  expect(Marshal.GetLastWin32Error()).toBe(87);
  expect(() => NativeMethods.VirtualAlloc(BASE, -PAGE, Reserve, ReadWrite)).toThrow(RangeError);
});

rule(
  "17.2#32",
  "above 2 GB the same bits are positive as a result and negative as an address",
  (scene) => {
    const { VirtualAlloc, VirtualFree } = dotnet(scene.process).NativeMethods;
    const high = VirtualAlloc(0, PAGE, Reserve | MemoryAllocationType.TopDown, ReadWrite);
    expect(high).toBeGreaterThan(0x8000_0000);
    expect(() => VirtualFree(high, 0, Release)).toThrow(/^address must be .*OverflowException/);
    expect(VirtualFree(high | 0, 0, Release)).toBe(true);
  },
  { on: ["win32-3g translated", "win32-3g windowed"] },
);

rule("17.18#1", "0 at first, the code after a failure, 0 after a success, per thread", (scene) => {
  const { NativeMethods, Marshal } = dotnet(scene.process);
  const { VirtualAlloc, VirtualFree } = NativeMethods;
  scene.kernel32.SetLastError(5);
  expect(Marshal.GetLastWin32Error()).toBe(0);
  expect(VirtualFree(BASE, 0, Release)).toBe(false);
  expect(Marshal.GetLastWin32Error()).toBe(487);
  const other = scene.process.createThread();
  other.run(() => {
    expect(Marshal.GetLastWin32Error()).toBe(0);
    expect(VirtualAlloc(BASE, 0, Reserve, ReadWrite)).toBe(UIntPtr.Zero);
    expect(Marshal.GetLastWin32Error()).toBe(87);
  });
  expect(Marshal.GetLastWin32Error()).toBe(487);
  expect(VirtualAlloc(BASE, PAGE, Reserve, ReadWrite)).toBe(BASE);
  expect(Marshal.GetLastWin32Error()).toBe(0);
  expect(other.run(() => Marshal.GetLastWin32Error())).toBe(87);
});

rule("17.18#1", "clearLastError off: a success saves the older error", (scene) => {
  const { NativeMethods, Marshal } = dotnet(scene.process, { clearLastError: false });
  expect(NativeMethods.VirtualFree(BASE, 0, Release)).toBe(false);
  expect(NativeMethods.VirtualAlloc(BASE, PAGE, Reserve, ReadWrite)).toBe(BASE);
  expect(Marshal.GetLastWin32Error()).toBe(487);
  scene.kernel32.SetLastError(5);
  expect(NativeMethods.VirtualFree(BASE, 0, Release)).toBe(true);
  expect(Marshal.GetLastWin32Error()).toBe(5);
});

rule("17.18#2", "a failure and a success of kernel32 in between", (scene) => {
  const { NativeMethods, Marshal } = dotnet(scene.process);
  const { VirtualFree, GetLastError } = scene.kernel32;
  expect(NativeMethods.VirtualAlloc(BASE, 0, Reserve, ReadWrite)).toBe(UIntPtr.Zero);
  expect(VirtualFree(BASE, 0, Release)).toBe(0);
  expect([GetLastError(), Marshal.GetLastWin32Error()]).toEqual([487, 87]);
  scene.reserve(BASE, PAGE);
  expect([GetLastError(), Marshal.GetLastWin32Error()]).toEqual([487, 87]);
  expect(NativeMethods.VirtualFree(BASE, 0, Release)).toBe(true);
  expect([GetLastError(), Marshal.GetLastWin32Error()]).toEqual([0, 0]);
});

rule("17.18#3", "both ends, and one past each", (scene) => {
  const { NativeMethods, Marshal } = dotnet(scene.process);
  const half = scene.wide ? 2n ** 63n : 2n ** 31n;
  const reserve = (address: bigint | number) =>
    NativeMethods.VirtualAlloc(address, PAGE, Reserve, ReadWrite);
  for (const kernel of [-1, -1n, -half, ...(scene.wide ? [half - 1n] : [])]) {
    expect(reserve(kernel)).toBe(UIntPtr.Zero);
    expect(Marshal.GetLastWin32Error()).toBe(87);
  }
  for (const beyond of [half, -half - 1n, Number(half), 2 * Number(-half)]) {
    expect(() => reserve(beyond)).toThrow(RangeError);
    expect(() => reserve(beyond)).toThrow(/^address must be .*OverflowException/);
  }
});

rule("17.18#4", "both ends, and one past each", (scene) => {
  const { NativeMethods, Marshal } = dotnet(scene.process);
  const full = scene.wide ? 2n ** 64n : 2n ** 32n;
  const reserve = (size: bigint | number) =>
    NativeMethods.VirtualAlloc(BASE, size, Reserve, ReadWrite);
  for (const size of [full - 1n, 0, 0n]) {
    expect(reserve(size)).toBe(UIntPtr.Zero);
    expect(Marshal.GetLastWin32Error()).toBe(87);
  }
  for (const beyond of [-1, -1n, full, Number(full)]) {
    expect(() => reserve(beyond)).toThrow(RangeError);
    expect(() => reserve(beyond)).toThrow(/^size must be .*OverflowException/);
  }
});

rule(
  "17.18#4",
  "a result above 2 GB",
  (scene) => {
    const { VirtualAlloc } = dotnet(scene.process).NativeMethods;
    const base = VirtualAlloc(-0x6000_0000, PAGE, Reserve, ReadWrite);
    expect(base).toBe(0xa000_0000);
  },
  { on: ["win32-3g translated", "win32-3g windowed"] },
);

rule("17.18#5", "unknown bits, and the sign", (scene) => {
  expect(allocationError(scene, Reserve | 0x8000, ReadWrite)).toBe(87);
  expect(allocationError(scene, -0x8000_0000 | Reserve, ReadWrite)).toBe(87);
  expect(allocationError(scene, Reserve, -0x8000_0000 | ReadWrite)).toBe(87);
  const { VirtualAlloc } = dotnet(scene.process).NativeMethods;
  // The low six bits are a hint, which VirtualAlloc masks off (2.1#0b).
  expect(VirtualAlloc(BASE, PAGE, Reserve | 1, ReadWrite)).toBe(BASE);
  for (const beyond of [0x8000_0000, -0x8000_0001]) {
    expect(() => VirtualAlloc(BASE, PAGE, beyond, ReadWrite)).toThrow(
      /^allocationType must be .*OverflowException/,
    );
    expect(() => VirtualAlloc(BASE, PAGE, Reserve, beyond)).toThrow(
      /^protection must be .*OverflowException/,
    );
  }
});

rule("17.2#1", "a commit of .NET is charged, and takes a frame at the first touch", (scene) => {
  const { VirtualAlloc } = dotnet(scene.process).NativeMethods;
  const { commitCharge, frames } = scene.machine.counters;
  expect(VirtualAlloc(BASE, 16 * PAGE, Reserve | Commit, ReadWrite)).toBe(BASE);
  expect(scene.machine.counters).toMatchObject({ commitCharge: commitCharge + 16, frames });
  for (const [taken, access] of [
    [1, READ],
    [2, WRITE],
  ] as const) {
    expect(touch(scene, access, BASE + taken * PAGE)).toBe(null);
    expect(scene.machine.counters.frames).toBe(frames + taken);
  }
});

rule(
  "17.2#11",
  "a commit of .NET, where a page is committed, and past the end",
  (scene) => {
    create(scene, SGX);
    const { VirtualAlloc } = dotnet(scene.process).NativeMethods;
    expect(VirtualAlloc(AT, 2 * PAGE, Commit, ReadWrite)).toBe(AT);
    expect(allocationError(scene, Commit, ReadWrite, AT + PAGE, 2 * PAGE)).toBe(487);
    expect(allocationError(scene, Commit, ReadWrite, AT + SIZE - PAGE, 2 * PAGE)).toBe(487);
  },
  WITH_ALL,
);

rule(
  "17.2#12",
  "every other type of .NET",
  (scene) => {
    create(scene, SGX);
    const { TopDown, ResetUndo } = MemoryAllocationType;
    for (const type of [Reserve, Reserve | Commit, Commit | TopDown, Reset, ResetUndo]) {
      expect(allocationError(scene, type, ReadWrite, AT)).toBe(87);
    }
  },
  WITH_ALL,
);

rule("17.2#15", "code that .NET has allocated", (scene) => {
  const { VirtualAlloc } = dotnet(scene.process).NativeMethods;
  VirtualAlloc(BASE, PAGE, Reserve | Commit, MemoryProtectionOptions.ExecuteReadWrite);
  for (const byte of [0x90, 0xc3]) {
    scene.memory.setUint8(BASE, byte);
    expect([...scene.memory.fetch(BASE, 1)]).toEqual([byte]);
  }
});
