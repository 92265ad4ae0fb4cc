import { expect } from "vitest";
import {
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  HighMemoryResourceNotification,
  LowMemoryResourceNotification,
  MEM_DECOMMIT,
  PROCESS_ALL_ACCESS,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, PAGE, type Scene } from "./support/scene.ts";
import { mapping } from "./support/sections.ts";

/** A function that says whether low and high are signalled. */
function states(scene: Scene): () => [low: number, high: number] {
  const { CreateMemoryResourceNotification, QueryMemoryResourceNotification } = scene.kernel32;
  const handles = [LowMemoryResourceNotification, HighMemoryResourceNotification].map((type) => {
    const handle = CreateMemoryResourceNotification(type);
    expect(handle).not.toBe(0);
    return handle;
  });
  return () => {
    const [low = 7, high = 7] = handles.map((handle) => {
      const state = { value: 7 };
      expect(QueryMemoryResourceNotification(handle, state)).toBe(1);
      return state.value;
    });
    return [low, high];
  };
}

rule("17.14#6", "0 and 1, and nothing else", (scene) => {
  const { CreateMemoryResourceNotification, GetLastError, CloseHandle } = scene.kernel32;
  for (const type of [2, 3, 0xffffffff]) {
    expect(CreateMemoryResourceNotification(type)).toBe(0);
    expect([GetLastError(), scene.machine.decision]).toEqual([ERROR_INVALID_PARAMETER, "17.14#6"]);
  }
  const low = CreateMemoryResourceNotification(0);
  expect(CreateMemoryResourceNotification(1)).toBe(low + 4);
  expect(CloseHandle(low)).toBe(1);
  expect(CloseHandle(low)).toBe(0);
});

const small = { physicalPages: 200, lowMemoryPages: 10 };

rule(
  "17.14#6",
  "every process sees the memory of the machine",
  (scene) => {
    const other = scene.another();
    const [mine, theirs] = [states(scene), states(other)];
    expect([mine(), theirs()]).toEqual([
      [0, 1],
      [0, 1],
    ]);
    other.take(BASE, 200 * PAGE);
    other.memory.fill(BASE, 1, 195 * PAGE);
    expect([mine(), theirs()]).toEqual([
      [1, 0],
      [1, 0],
    ]);
  },
  { machine: small },
);

rule("17.14#7", "NULL, closed, process and section handles", (scene) => {
  const { kernel32, process } = scene;
  const closed = kernel32.CreateMemoryResourceNotification(0);
  kernel32.CloseHandle(closed);
  const state = { value: 7 };
  for (const handle of [
    0,
    -1,
    closed,
    kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, process.id),
    mapping(scene, 1),
  ]) {
    kernel32.SetLastError(0);
    expect(kernel32.QueryMemoryResourceNotification(handle, state)).toBe(0);
    expect([kernel32.GetLastError(), state.value]).toEqual([ERROR_INVALID_PARAMETER, 7]);
  }
});

rule("17.14#7", "a notification is no process and no section", (scene) => {
  const { kernel32 } = scene;
  const handle = kernel32.CreateMemoryResourceNotification(0);
  expect(kernel32.EmptyWorkingSet(handle)).toBe(0);
  expect(kernel32.GetLastError()).toBe(ERROR_INVALID_HANDLE);
  expect(kernel32.MapViewOfFile(handle, 4, 0, 0, 0)).toBe(0);
  expect(kernel32.GetLastError()).toBe(ERROR_INVALID_HANDLE);
});

rule(
  "17.14#8",
  "at the threshold, between, and from three times it on",
  (scene) => {
    const { counters } = scene.machine;
    const signals = states(scene);
    scene.take(BASE, 200 * PAGE);
    const free = counters.physicalPages - counters.frames;
    const leave = (pages: number) => {
      scene.memory.fill(BASE, 1, (free - pages) * PAGE);
      return signals();
    };
    expect(leave(30)).toEqual([0, 1]);
    expect(leave(29)).toEqual([0, 0]);
    expect(leave(11)).toEqual([0, 0]);
    expect(leave(10)).toEqual([1, 0]);
    expect(leave(0)).toEqual([1, 0]);
    scene.free(BASE, 11 * PAGE, MEM_DECOMMIT);
    expect(signals()).toEqual([0, 0]);
    scene.free(BASE, 30 * PAGE, MEM_DECOMMIT);
    expect(signals()).toEqual([0, 1]);
  },
  { machine: small },
);

for (const [physicalPages, threshold] of [
  [1, 1],
  [255, 1],
  [256, 2],
  [0x100000, 0x2000],
  [0x200000, 0x4000],
  [0x400000, 0x4000],
] as const) {
  rule(
    "17.14#8",
    `of ${physicalPages} pages`,
    (scene) => expect(scene.machine.options.lowMemoryPages).toBe(threshold),
    { machine: { physicalPages } },
  );
}
