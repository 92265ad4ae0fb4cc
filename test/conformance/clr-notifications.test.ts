import { expect } from "vitest";
import { type ClrHost, S_OK } from "../../src/clr-host.ts";
import { MEM_COMMIT, MEM_DECOMMIT } from "../../src/constants.ts";
import { answering, malloc, started } from "./support/clr-host.ts";
import { rule } from "./support/rule.ts";
import { BASE, PAGE, type Scene } from "./support/scene.ts";

/** Of 200 pages: low from 190 on, neither from 171 on, high below. */
const SMALL = { machine: { physicalPages: 200, lowMemoryPages: 10 } };

/** A callback and what it has been told. */
function listening(host: ClrHost): number[] {
  const told: number[] = [];
  const OnMemoryNotification = (available: number) => told.push(available);
  expect(host.manager.RegisterMemoryNotificationCallback({ OnMemoryNotification })).toBe(S_OK);
  return told;
}

/** So that as many frames of SMALL are in use. */
function use(scene: Scene, frames: number): void {
  if (scene.stateAt(BASE) !== MEM_COMMIT) scene.take(BASE, 200 * PAGE);
  while (scene.machine.counters.frames > frames) {
    const touched = scene.process.touchedBytes(BASE, 200 * PAGE);
    scene.free(BASE + touched - PAGE, PAGE, MEM_DECOMMIT);
  }
  scene.commit(BASE, 200 * PAGE);
  while (scene.machine.counters.frames < frames) {
    scene.memory.setUint8(BASE + scene.process.touchedBytes(BASE, 200 * PAGE), 1);
  }
}

rule(
  "14.5#7",
  "of low memory",
  (scene) => {
    const host = started(scene);
    const told = listening(host);
    expect(told).toEqual([]);
    use(scene, 190);
    host.notify();
    expect(told).toEqual([1]);
  },
  SMALL,
);

rule(
  "17.17#8",
  "1 low, 2 neither, 3 high; each once, and not at registration",
  (scene) => {
    const host = started(scene);
    use(scene, 180);
    const told = listening(host);
    for (const [frames, expected] of [
      [171, []],
      [189, []],
      [190, [1]],
      [199, []],
      [190, []],
      [189, [2]],
      [170, [3]],
      [20, []],
      [171, [2]],
      [195, [1]],
      [10, [3]],
    ] as const) {
      use(scene, frames);
      host.notify();
      host.notify();
      expect([frames, ...told.splice(0)]).toEqual([frames, ...expected]);
    }
  },
  SMALL,
);

rule(
  "17.17#8",
  "at the next method of a manager or an allocator, before it looks at anything else",
  (scene) => {
    const host = started(scene);
    const allocator = malloc(host);
    const told = listening(host);
    use(scene, 190);
    expect(told).toEqual([]);
    host.manager.NeedsVirtualAddressSpace(BASE, PAGE);
    expect(told).toEqual([1]);
    use(scene, 180);
    expect(allocator.Free(null)).toBe(S_OK);
    expect(told).toEqual([1, 2]);
  },
  SMALL,
);

rule(
  "17.17#8",
  "what has changed back is not told",
  (scene) => {
    const host = started(scene);
    const told = listening(host);
    use(scene, 195);
    use(scene, 20);
    host.notify();
    expect(told).toEqual([]);
  },
  SMALL,
);

rule(
  "17.17#8",
  "one at a time, and nobody after NULL or E_FAIL",
  (scene) => {
    const host = started(scene);
    const [first, second] = [listening(host), listening(host)];
    use(scene, 190);
    host.notify();
    expect([first, second]).toEqual([[], [1]]);
    expect(host.manager.RegisterMemoryNotificationCallback(null)).toBe(S_OK);
    use(scene, 20);
    host.notify();
    const third = listening(host);
    started(scene, { policy: answering(0x80004005) }).manager.NeedsVirtualAddressSpace(0, 1);
    use(scene, 190);
    host.notify();
    expect([first, second, third]).toEqual([[], [1], []]);
  },
  SMALL,
);
