import { expect } from "vitest";
import {
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  MEM_RESERVE,
  PAGE_READWRITE,
  PROCESS_QUERY_INFORMATION,
} from "../../src/constants.ts";
import { EVERYWHERE, ON_WIN32, ON_WIN64, rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

type Fields = Record<string, number>;

/** The fields that a call leaves in a structure, as numbers. */
function filled(call: (out: { value: unknown }) => void): Fields {
  const out = { value: {} };
  call(out);
  return Object.fromEntries(
    Object.entries(out.value).map(([name, value]) => [name, Number(value)]),
  );
}

function systemInfo(scene: Scene): Fields {
  return filled((out) => scene.kernel32.GetSystemInfo(out as never));
}

function nativeSystemInfo(scene: Scene): Fields {
  return filled((out) => scene.kernel32.GetNativeSystemInfo(out as never));
}

const PROCESSOR = { wReserved: 0, wProcessorLevel: 6, wProcessorRevision: 0 };

rule("17.7#1", "the fields", (scene) => {
  expect(systemInfo(scene)).toEqual({
    ...PROCESSOR,
    wProcessorArchitecture: scene.wide ? 9 : 0,
    dwProcessorType: scene.wide ? 8664 : 586,
    dwNumberOfProcessors: 1,
    dwActiveProcessorMask: 1,
    dwPageSize: PAGE,
    dwAllocationGranularity: GRANULARITY,
    lpMinimumApplicationAddress: 0x10000,
    lpMaximumApplicationAddress: scene.machine.highestUserAddress,
  });
});

rule(
  "17.7#1",
  "four processors",
  (scene) => {
    expect(systemInfo(scene)).toMatchObject({ dwNumberOfProcessors: 4, dwActiveProcessorMask: 15 });
  },
  { machine: { numberOfProcessors: 4 } },
);

rule("17.7#1", "in guest memory", (scene) => {
  scene.take(BASE, PAGE);
  scene.memory.fill(BASE, 0xcc, PAGE);
  scene.kernel32.GetSystemInfo(BASE);
  const { memory, wide } = scene;
  const size = wide ? 48 : 36;
  expect(memory.getUint32(BASE + 4)).toBe(PAGE);
  const highest = wide ? Number(memory.getBigUint64(BASE + 16)) : memory.getUint32(BASE + 12);
  expect(highest).toBe(scene.machine.highestUserAddress);
  expect(memory.getUint32(BASE + size - 8)).toBe(GRANULARITY);
  expect([memory.getUint16(BASE + size - 4), memory.getUint8(BASE + size)]).toEqual([6, 0xcc]);
});

rule(
  "17.7#2",
  "no WoW64 process: the same",
  (scene) => {
    expect(nativeSystemInfo(scene)).toEqual(systemInfo(scene));
  },
  { on: ON_WIN64 },
);

rule(
  "17.7#2",
  "no WoW64 process on a 32-bit system: the same",
  (scene) => expect(nativeSystemInfo(scene)).toEqual(systemInfo(scene)),
  { on: ON_WIN32, machine: { wow64: false } },
);

rule(
  "17.7#2",
  "WoW64: a 64-bit processor, addresses cut to 32 bits",
  (scene) => {
    expect(nativeSystemInfo(scene)).toEqual({
      ...systemInfo(scene),
      wProcessorArchitecture: 9,
      dwProcessorType: 8664,
      lpMaximumApplicationAddress: 0xfffeffff,
    });
  },
  { on: ["win32 translated", "win32-4g translated"] },
);

function memoryStatus(scene: Scene): Fields {
  const status: Record<string, number | bigint> = { dwLength: 64 };
  expect(scene.kernel32.GlobalMemoryStatusEx(status as never)).toBe(1);
  return Object.fromEntries(Object.entries(status).map(([name, value]) => [name, Number(value)]));
}

rule(
  "17.7#3",
  "frames and charge",
  (scene) => {
    scene.take(BASE, 100 * PAGE);
    scene.memory.fill(BASE, 1, 60 * PAGE);
    const { commitCharge, commitLimit, frames, physicalPages } = scene.machine.counters;
    const { regionBytes } = scene.process.counters;
    const total = scene.machine.highestUserAddress + 1 - GRANULARITY;
    expect(memoryStatus(scene)).toEqual({
      dwLength: 64,
      dwMemoryLoad: Math.floor((100 * frames) / physicalPages),
      ullTotalPhys: 200 * PAGE,
      ullAvailPhys: (200 - frames) * PAGE,
      ullTotalPageFile: commitLimit * PAGE,
      ullAvailPageFile: (commitLimit - commitCharge) * PAGE,
      ullTotalVirtual: total,
      ullAvailVirtual: total - regionBytes,
      ullAvailExtendedVirtual: 0,
    });
    expect(frames).toBeGreaterThanOrEqual(60);
  },
  { on: EVERYWHERE, machine: { physicalPages: 200, commitLimit: 1000 } },
);

rule("17.7#3", "another process counts for charge, not for the space", (scene) => {
  const before = memoryStatus(scene);
  const other = scene.another();
  other.take(BASE, 10 * PAGE);
  const after = memoryStatus(scene);
  const charge = other.process.counters.commitCharge * PAGE;
  expect((before.ullAvailPageFile ?? 0) - (after.ullAvailPageFile ?? 0)).toBe(charge);
  expect(after.ullAvailVirtual).toBe(before.ullAvailVirtual);
});

rule("17.7#3", "a wrong length: 87 and nothing is written", (scene) => {
  const { GlobalMemoryStatusEx, GetLastError } = scene.kernel32;
  scene.take(BASE, PAGE);
  scene.memory.setUint32(BASE, 32);
  expect(GlobalMemoryStatusEx(BASE)).toBe(0);
  expect(GetLastError()).toBe(ERROR_INVALID_PARAMETER);
  expect(scene.memory.read(BASE + 4, 60).every((byte) => byte === 0)).toBe(true);
  scene.memory.setUint32(BASE, 64);
  expect(GlobalMemoryStatusEx(BASE)).toBe(1);
  const total = scene.machine.highestUserAddress + 1 - GRANULARITY;
  expect(Number(scene.memory.getBigUint64(BASE + 40))).toBe(total);
});

function shortStatus(scene: Scene): Fields {
  return filled(({ value }) => scene.kernel32.GlobalMemoryStatus(value as never));
}

rule("17.7#4", "large machine, small process", (scene) => {
  const { physicalPages, commitLimit } = scene.machine.counters;
  const cut = (bytes: number) => (scene.wide ? bytes : Math.min(bytes, 0x7fffffff));
  expect(shortStatus(scene)).toMatchObject({
    dwLength: scene.wide ? 56 : 32,
    dwTotalPhys: cut(physicalPages * PAGE),
    dwTotalPageFile: cut(commitLimit * PAGE),
    dwTotalVirtual: scene.machine.highestUserAddress + 1 - GRANULARITY,
  });
});

rule(
  "17.7#4",
  "a large-address aware process sees up to 4 GB",
  (scene) => {
    expect(shortStatus(scene)).toMatchObject({
      dwLength: 32,
      dwTotalPhys: 0xffffffff,
      dwTotalPageFile: 0xffffffff,
      dwTotalVirtual: scene.machine.highestUserAddress + 1 - GRANULARITY,
    });
  },
  { on: ["win32-4g translated"] },
);

rule("17.7#5", "any address, and a closed handle", (scene) => {
  const { FlushInstructionCache, OpenProcess, CloseHandle, GetLastError } = scene.kernel32;
  for (const address of [0, BASE, scene.machine.highestUserAddress + 1]) {
    expect(FlushInstructionCache(SELF, address, PAGE)).toBe(1);
  }
  const handle = OpenProcess(PROCESS_QUERY_INFORMATION, 0, scene.process.id);
  expect(FlushInstructionCache(handle, 0, 0)).toBe(1);
  CloseHandle(handle);
  expect(FlushInstructionCache(handle, 0, 0)).toBe(0);
  expect(GetLastError()).toBe(ERROR_INVALID_HANDLE);
});

rule("17.7#6", "both widths", (scene) => {
  expect(scene.kernel32.GetLargePageMinimum()).toBe(0x200000);
});

rule("17.7#7", "0 at the start, kept by success", (scene) => {
  const { kernel32 } = scene;
  expect(kernel32.GetLastError()).toBe(0);
  expect(kernel32.VirtualAlloc(0, 0, MEM_RESERVE, PAGE_READWRITE)).toBe(0);
  expect(kernel32.GetLastError()).toBe(ERROR_INVALID_PARAMETER);
  scene.take(BASE, PAGE);
  scene.protect(BASE, PAGE, PAGE_READWRITE);
  scene.run(BASE);
  kernel32.FlushInstructionCache(SELF, 0, 0);
  scene.free(BASE, 0, 0x8000);
  expect(kernel32.GetLastError()).toBe(ERROR_INVALID_PARAMETER);
  kernel32.SetLastError(0xffffffff);
  expect(kernel32.GetLastError()).toBe(0xffffffff);
});

rule("17.7#7", "each thread has its own", (scene) => {
  const { kernel32 } = scene;
  const thread = scene.process.createThread();
  kernel32.SetLastError(11);
  thread.run(() => {
    expect(kernel32.GetLastError()).toBe(0);
    kernel32.VirtualAlloc(0, 0, MEM_RESERVE, PAGE_READWRITE);
    expect(kernel32.GetLastError()).toBe(ERROR_INVALID_PARAMETER);
  });
  expect([kernel32.GetLastError(), thread.lastError]).toEqual([11, ERROR_INVALID_PARAMETER]);
  expect(scene.process.mainThread.lastError).toBe(11);
});
