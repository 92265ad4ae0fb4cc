import { expect } from "vitest";
import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_TOP_DOWN,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
} from "../../src/constants.ts";
import {
  AT,
  commit,
  create,
  initialize,
  inside,
  load,
  refused,
  SGX,
  SGX2,
  SIZE,
  start,
  TYPES,
  VBS,
  WITH_ALL,
  WITH_SGX1,
} from "./support/enclave.ts";
import { EXECUTE, expectFault, READ, touch, violation, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { PAGE, type Scene } from "./support/scene.ts";

rule(
  "10#1",
  "the kind that there is, and the others",
  ({ kernel32 }) => {
    expect([SGX, SGX2, VBS, 0].map((type) => kernel32.IsEnclaveTypeSupported(type))).toEqual([
      1, 0, 0, 0,
    ]);
  },
  WITH_SGX1,
);

rule("10#2", "none by default", (scene) => {
  for (const type of TYPES) refused(scene, 50, () => create(scene, type));
});

rule(
  "10#2",
  "not even with a wrong length",
  (scene) => {
    refused(scene, 50, () => create(scene, SGX2, AT, SIZE, 5));
    expect(create(scene, SGX)).toBe(AT);
  },
  WITH_SGX1,
);

rule(
  "10#3",
  "one byte off",
  (scene) => {
    for (const [type, length] of [
      [SGX, 4096],
      [SGX2, 4096],
      [VBS, 36],
    ] as const) {
      refused(scene, 24, () => create(scene, type, AT, SIZE, length - 1));
      refused(scene, 24, () => create(scene, type, AT, SIZE, length + 1));
      expect(create(scene, type, AT + type * SIZE, SIZE, length)).not.toBe(0);
    }
  },
  WITH_ALL,
);

rule(
  "10#4",
  "sizes and bases",
  (scene) => {
    refused(scene, 87, () => create(scene, SGX, AT, 3 * SIZE));
    refused(scene, 87, () => create(scene, SGX, AT + SIZE, 2 * SIZE));
    refused(scene, 87, () => create(scene, SGX, AT + 0x10000, 0x10000));
    refused(scene, 87, () => create(scene, VBS, AT, SIZE + PAGE));
    expect(create(scene, VBS, AT + SIZE, 3 * SIZE)).toBe(AT + SIZE);
  },
  WITH_ALL,
);

rule(
  "10#5",
  "lowest first, aligned",
  (scene) => {
    expect(create(scene, SGX, 0, 2 * SIZE)).toBe(2 * SIZE);
    expect(create(scene, VBS, 0)).toBe(SIZE);
    expect(create(scene, SGX, 0)).toBe(4 * SIZE);
  },
  WITH_ALL,
);

rule(
  "10#6",
  "what is loaded, and what is not",
  (scene) => {
    create(scene, SGX);
    for (const [index, protect] of [0x02, 0x04, 0x10, 0x20, 0x40].entries()) {
      expect(load(scene, AT + index * PAGE, PAGE, protect)).toBe(1);
    }
    expect(load(scene, AT + 5 * PAGE, PAGE, PAGE_READWRITE | 0x20000000)).toBe(1);
    expect(load(scene, AT + 6 * PAGE, PAGE, PAGE_READWRITE | 0x80000000)).toBe(1);
    const free = AT + 7 * PAGE;
    for (const protect of [0x01, 0x08, 0x80, 0x104, 0x204, 0x404]) {
      refused(scene, 87, () => load(scene, free, PAGE, protect));
    }
    refused(scene, 87, () => load(scene, free + 1, PAGE, PAGE_READWRITE));
    refused(scene, 87, () => load(scene, free, PAGE + 1, PAGE_READWRITE));
    refused(scene, 24, () => load(scene, free, PAGE, PAGE_READWRITE, 1));
    const measured = scene.process.enclavePages(AT).map((page) => page.measured);
    expect(measured).toEqual([true, true, true, true, true, false, true]);
    initialize(scene, SGX);
    refused(scene, 87, () => load(scene, free, PAGE, PAGE_READWRITE));
  },
  WITH_ALL,
);

rule(
  "10#6",
  "not into VBS",
  (scene) => {
    create(scene, VBS);
    refused(scene, 87, () => load(scene, AT, PAGE, PAGE_READWRITE));
  },
  WITH_ALL,
);

rule(
  "10#7",
  "each kind, twice",
  (scene) => {
    for (const type of TYPES) {
      create(scene, type);
      refused(scene, 24, () => initialize(scene, type, type === VBS ? 36 : 8));
      expect(initialize(scene, type)).toBe(1);
      refused(scene, 349, () => initialize(scene, type));
      expect(scene.kernel32.DeleteEnclave(AT)).toBe(1);
    }
  },
  WITH_ALL,
);

rule(
  "10#8",
  "with and without a thread",
  (scene) => {
    const { DeleteEnclave } = scene.kernel32;
    refused(scene, 87, () => DeleteEnclave(AT));
    start(scene, SGX);
    inside(scene, () => refused(scene, 814, () => DeleteEnclave(AT)));
    expect(DeleteEnclave(AT)).toBe(1);
    expect(scene.stateAt(AT)).toBe(MEM_FREE);
  },
  WITH_ALL,
);

rule(
  "10#9",
  "SGX has neither",
  (scene) => {
    const { TerminateEnclave, CallEnclave } = scene.kernel32;
    start(scene, SGX);
    refused(scene, 50, () => TerminateEnclave(AT, 1));
    refused(scene, 50, () => CallEnclave(AT, 0, 1, null));
  },
  WITH_ALL,
);

rule(
  "10#9",
  "VBS has both",
  (scene) => {
    const { TerminateEnclave, CallEnclave } = scene.kernel32;
    start(scene, VBS);
    scene.process.enclaveRoutine = (_, parameter) => {
      scene.memory.setUint8(AT, Number(parameter));
      return scene.memory.getUint8(AT);
    };
    const returned = { value: 0 as number | bigint };
    expect(CallEnclave(AT, 77, 1, returned)).toBe(1);
    expect(returned.value).toBe(77);
    expect(TerminateEnclave(AT, 1)).toBe(1);
    refused(scene, 87, () => CallEnclave(AT, 77, 1, returned));
  },
  WITH_ALL,
);

rule(
  "10#10",
  "the protections, and no measurement",
  (scene) => {
    create(scene, SGX);
    for (const protect of [
      PAGE_NOACCESS,
      PAGE_READONLY,
      PAGE_READWRITE | PAGE_GUARD,
      PAGE_READWRITE | PAGE_NOCACHE,
      PAGE_READWRITE | PAGE_WRITECOMBINE,
    ]) {
      refused(scene, 87, () => commit(scene, AT, PAGE, protect));
    }
    expect(commit(scene, AT)).toBe(AT);
    expect(commit(scene, AT + PAGE, PAGE, PAGE_EXECUTE_READWRITE)).toBe(AT + PAGE);
    expect(scene.process.enclavePages(AT).map(({ measured }) => measured)).toEqual([false, false]);
    initialize(scene, SGX);
    inside(scene, () => expect(scene.memory.getUint32(AT)).toBe(0));
  },
  WITH_ALL,
);

function runningRefuses(scene: Scene): void {
  for (const type of [SGX, VBS]) {
    start(scene, type);
    for (const at of [AT, AT + PAGE]) refused(scene, 487, () => commit(scene, at));
    scene.kernel32.DeleteEnclave(AT);
  }
}

rule("10#11", "committed pages and others", runningRefuses, WITH_ALL);

rule("17.2#14", "committed pages and others", runningRefuses, WITH_ALL);

rule(
  "10#12",
  "pending, accepted",
  (scene) => {
    start(scene, SGX2);
    expect(commit(scene, AT + PAGE)).toBe(AT + PAGE);
    expect(scene.stateAt(AT + PAGE)).toBe(MEM_COMMIT);
    inside(scene, () => expect(touch(scene, READ, AT + PAGE)).not.toBe(null));
    expect(scene.process.acceptEnclavePage(AT + PAGE)).toBe(true);
    inside(scene, () => expect(touch(scene, READ, AT + PAGE)).toBe(null));
  },
  WITH_ALL,
);

rule(
  "10#13",
  "SGX goes, VBS stays",
  (scene) => {
    const { VirtualFree } = scene.kernel32;
    start(scene, VBS);
    refused(scene, 87, () => VirtualFree(AT, 0, MEM_RELEASE));
    scene.kernel32.DeleteEnclave(AT);
    start(scene, SGX);
    expect(VirtualFree(AT, 0, MEM_RELEASE)).toBe(1);
    expect(scene.stateAt(AT)).toBe(MEM_FREE);
  },
  WITH_ALL,
);

rule(
  "10#14",
  "SGX1 keeps its pages, SGX2 does not",
  (scene) => {
    const { VirtualFree } = scene.kernel32;
    start(scene, SGX);
    refused(scene, 87, () => VirtualFree(AT, PAGE, MEM_DECOMMIT));
    scene.kernel32.DeleteEnclave(AT);
    start(scene, SGX2);
    expect(VirtualFree(AT, PAGE, MEM_DECOMMIT)).toBe(1);
    expect(scene.stateAt(AT)).toBe(MEM_RESERVE);
  },
  WITH_ALL,
);

rule(
  "10#15",
  "less, and never more",
  (scene) => {
    create(scene, SGX2);
    commit(scene, AT, PAGE, PAGE_EXECUTE_READWRITE);
    const protect = (protection: number) => () =>
      scene.kernel32.VirtualProtect(AT, PAGE, protection, { value: 0 });
    refused(scene, 87, protect(PAGE_READONLY));
    initialize(scene, SGX2);
    expect(protect(PAGE_EXECUTE_READ)()).toBe(1);
    refused(scene, 87, protect(PAGE_EXECUTE_READWRITE));
    expect(protect(PAGE_READONLY)()).toBe(1);
    refused(scene, 87, protect(PAGE_EXECUTE_READ));
    expect(scene.protectionAt(AT)).toBe(PAGE_READONLY);
  },
  WITH_ALL,
);

rule(
  "10#16",
  "a byte, and a page",
  (scene) => {
    start(scene, SGX);
    for (const access of [READ, WRITE, EXECUTE]) expect(touch(scene, access, AT)).toBe(null);
    expect(scene.memory.getUint32(AT + 100)).toBe(0xffffffff);
    scene.memory.fill(AT, 7, PAGE);
    expect(scene.memory.getUint32(AT + 100)).toBe(0xffffffff);
    inside(scene, () => expect(scene.memory.getUint32(AT + 100)).toBe(0));
  },
  WITH_ALL,
);

rule(
  "17.2#11",
  "past the end, and what is there",
  (scene) => {
    create(scene, SGX);
    expect(commit(scene, AT + SIZE - 3 * PAGE, 2 * PAGE)).toBe(AT + SIZE - 3 * PAGE);
    refused(scene, 487, () => commit(scene, AT + SIZE - PAGE, 2 * PAGE));
    refused(scene, 487, () => commit(scene, AT + SIZE - 2 * PAGE, 2 * PAGE));
    expect(commit(scene, AT + SIZE - PAGE)).toBe(AT + SIZE - PAGE);
  },
  WITH_ALL,
);

rule(
  "17.2#12",
  "before and after the start",
  (scene) => {
    create(scene, SGX2);
    const check = () => {
      const types = [MEM_RESERVE, MEM_RESERVE | MEM_COMMIT, MEM_COMMIT | MEM_TOP_DOWN, MEM_RESET];
      for (const type of types) {
        refused(scene, 87, () => scene.kernel32.VirtualAlloc(AT, PAGE, type, PAGE_READWRITE));
      }
    };
    check();
    initialize(scene, SGX2);
    check();
  },
  WITH_ALL,
);

rule(
  "17.2#13",
  "every access, and no second time",
  (scene) => {
    start(scene, SGX2);
    const page = AT + PAGE;
    commit(scene, page, PAGE, PAGE_EXECUTE_READWRITE);
    inside(scene, () => {
      for (const access of [READ, WRITE, EXECUTE]) {
        expect(touch(scene, access, page + 8)).toEqual(violation(access, page + 8));
      }
      const read = () => scene.memory.getUint8(page);
      expectFault(scene, "17.2#13", read, violation(READ, page));
    });
    expect(scene.process.acceptEnclavePage(page)).toBe(true);
    expect(scene.process.acceptEnclavePage(page)).toBe(false);
    expect(scene.kernel32.GetLastError()).toBe(87);
    inside(scene, () => expect(touch(scene, WRITE, page)).toBe(null));
    expect(commit(scene, page + PAGE)).toBe(page + PAGE);
    expect(scene.kernel32.VirtualFree(page + PAGE, PAGE, MEM_DECOMMIT)).toBe(1);
  },
  WITH_ALL,
);
