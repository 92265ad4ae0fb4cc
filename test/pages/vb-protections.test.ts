/** What the page of VirtualAlloc in the API-Guide says of protections: docs/pages/vb.md. */
import { expect } from "vitest";
import {
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_GUARD_PAGE,
  MEM_COMMIT,
  MEM_RESERVE,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  STATUS_ACCESS_VIOLATION,
  STATUS_GUARD_PAGE_VIOLATION,
} from "../../src/constants.ts";
import { vb } from "../../src/vb.ts";
import { EXECUTE, guarded, READ, touch, violation, WRITE } from "../conformance/support/fault.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "../conformance/support/scene.ts";
import { statement } from "./support/statement.ts";
import { allocate, EACH, is9x, on9x, onEach, onNt, refusal } from "./support/vb.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
/** Every protection of private memory. */
const PROTECTIONS = [
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
] as const;

/** Whether a page that is committed so can be read, written and run. */
function rights(scene: Scene, protect: number): boolean[] {
  allocate(scene, BASE, PAGE, BOTH, protect);
  return [READ, WRITE, EXECUTE].map((access) => {
    const fault = touch(scene, access, BASE);
    if (fault !== null) expect(fault.code).toBe(EXCEPTION_ACCESS_VIOLATION);
    return fault === null;
  });
}

statement(
  49,
  "of all pages that are allocated",
  (scene) => {
    allocate(scene, BASE, 3 * PAGE, BOTH, PAGE_READONLY);
    expect(scene.run(BASE)).toMatchObject({
      size: 3 * PAGE,
      protect: PAGE_READONLY,
      allocationProtect: PAGE_READONLY,
    });
  },
  onEach,
);

statement(
  50,
  "17.3#1: but for the two of views, which the page does not name, and what is none",
  (scene) => {
    for (const [index, protect] of PROTECTIONS.entries()) {
      allocate(scene, BASE + index * GRANULARITY, PAGE, BOTH, protect);
    }
    const free = BASE + 16 * GRANULARITY;
    for (const protect of [PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY, 0, 3, 0x800]) {
      expect(refusal(scene, free, BOTH, protect)).toBe(87);
    }
  },
  onEach,
);

statement(
  51,
  "17.3#5: NT takes one of them at a time, Windows 9x drops them",
  (scene) => {
    const both = PAGE_GUARD | PAGE_NOCACHE;
    for (const [index, flag] of [PAGE_GUARD, PAGE_NOCACHE].entries()) {
      const base = allocate(scene, BASE + index * GRANULARITY, PAGE, BOTH, PAGE_READWRITE | flag);
      expect(scene.protectionAt(base)).toBe(PAGE_READWRITE | (is9x(scene) ? 0 : flag));
    }
    const free = BASE + 2 * GRANULARITY;
    if (is9x(scene)) {
      allocate(scene, free, PAGE, BOTH, PAGE_READONLY | both);
      expect(scene.protectionAt(free)).toBe(PAGE_READONLY);
    } else {
      expect(refusal(scene, free, BOTH, PAGE_READONLY | both)).toBe(87);
    }
  },
  onEach,
);

statement(
  52,
  "they are zero",
  (scene) => {
    expect(rights(scene, PAGE_READONLY)[0]).toBe(true);
    expect(scene.memory.getUint32(BASE)).toBe(0);
  },
  onEach,
);

statement(
  53,
  "which tells the address",
  (scene) => {
    allocate(scene, BASE, PAGE, BOTH, PAGE_READONLY);
    expect(touch(scene, WRITE, BASE + 5)).toEqual(violation(WRITE, BASE + 5));
  },
  onEach,
);

statement(
  54,
  "NT does, Windows 9x does not",
  (scene) => expect(rights(scene, PAGE_READONLY)[2]).toBe(is9x(scene)),
  onEach,
);

statement(
  55,
  "what was written is read",
  (scene) => {
    expect(rights(scene, PAGE_READWRITE).slice(0, 2)).toEqual([true, true]);
    scene.memory.setUint32(BASE, 0x1234);
    expect(scene.memory.getUint32(BASE)).toBe(0x1234);
  },
  onEach,
);

statement(56, "on both", (scene) => expect(rights(scene, PAGE_EXECUTE)[2]).toBe(true), onEach);

statement(
  57,
  "17.3#3: both in Windows 9x, as the page says; in NT they can be read, as on real hardware",
  (scene) => {
    expect(rights(scene, PAGE_EXECUTE).slice(0, 2)).toEqual([!is9x(scene), false]);
  },
  onEach,
);

statement(
  58,
  "on both",
  (scene) => {
    const [isRead, , isRun] = rights(scene, PAGE_EXECUTE_READ);
    expect([isRead, isRun]).toEqual([true, true]);
  },
  onEach,
);

statement(
  59,
  "on both",
  (scene) => expect(rights(scene, PAGE_EXECUTE_READ)[1]).toBe(false),
  onEach,
);

statement(
  60,
  "on both",
  (scene) => expect(rights(scene, PAGE_EXECUTE_READWRITE)).toEqual([true, true, true]),
  onEach,
);

statement(
  61,
  "each of them",
  (scene) => {
    allocate(scene, BASE, 3 * PAGE, BOTH, PAGE_READWRITE | PAGE_GUARD);
    for (const page of [2, 0, 1]) {
      const address = BASE + page * PAGE;
      expect(scene.protectionAt(address)).toBe(PAGE_READWRITE | PAGE_GUARD);
      expect(touch(scene, READ, address)).toEqual(guarded(READ, address));
    }
  },
  onNt,
);

statement(
  62,
  "by reading and by writing",
  (scene) => {
    expect(EXCEPTION_GUARD_PAGE).toBe(STATUS_GUARD_PAGE_VIOLATION);
    allocate(scene, BASE, 2 * PAGE, BOTH, PAGE_READWRITE | PAGE_GUARD);
    for (const [page, access] of [READ, WRITE].entries()) {
      const address = BASE + page * PAGE;
      expect(touch(scene, access, address)).toEqual(guarded(access, address));
      expect(scene.protectionAt(address)).toBe(PAGE_READWRITE);
    }
  },
  onNt,
);

statement(
  63,
  "and not again until it is set again",
  (scene) => {
    const { VirtualProtect } = vb(scene.process);
    allocate(scene, BASE, PAGE, BOTH, PAGE_READWRITE | PAGE_GUARD);
    const alarms = () => [1, 2, 3].map(() => touch(scene, WRITE, BASE) !== null);
    expect(alarms()).toEqual([true, false, false]);
    const old = { value: 0 };
    expect(VirtualProtect(BASE, PAGE, PAGE_READWRITE | PAGE_GUARD, old)).toBe(1);
    expect(alarms()).toEqual([true, false, false]);
  },
  onNt,
);

statement(
  64,
  "alone it is wrong",
  (scene) => {
    expect(refusal(scene, BASE, BOTH, PAGE_GUARD)).toBe(87);
    allocate(scene, BASE, PAGE, BOTH, PAGE_READONLY | PAGE_GUARD);
  },
  onEach,
);

statement(
  65,
  "one after the other",
  (scene) => {
    for (const [index, protect] of PROTECTIONS.entries()) {
      const base = BASE + index * GRANULARITY;
      const guard = protect | PAGE_GUARD;
      if (protect === PAGE_NOACCESS) expect(refusal(scene, base, BOTH, guard)).toBe(87);
      else allocate(scene, base, PAGE, BOTH, guard);
    }
  },
  onNt,
);

statement(
  66,
  "READONLY: a write is an access violation then",
  (scene) => {
    allocate(scene, BASE, PAGE, BOTH, PAGE_READONLY | PAGE_GUARD);
    expect(touch(scene, READ, BASE)).toEqual(guarded(READ, BASE));
    expect(touch(scene, READ, BASE)).toBe(null);
    expect(touch(scene, WRITE, BASE)).toEqual(violation(WRITE, BASE));
    expect(scene.protectionAt(BASE)).toBe(PAGE_READONLY);
  },
  onNt,
);

statement(
  67,
  "a service that fills a buffer, and VirtualLock",
  (scene) => {
    const { VirtualLock, Err } = vb(scene.process);
    allocate(scene, BASE, 2 * PAGE, BOTH, PAGE_READWRITE | PAGE_GUARD);
    const answer = scene.process.system.copyOut(BASE, Uint8Array.of(1));
    expect(answer).toEqual({ status: STATUS_ACCESS_VIOLATION, transferred: 0 });
    expect(VirtualLock(BASE + PAGE, PAGE)).toBe(0);
    expect(Err.LastDllError >>> 0).toBe(STATUS_GUARD_PAGE_VIOLATION);
  },
  onNt,
);

statement(
  68,
  "an access violation each time, by which the program knows, and no guard page",
  (scene) => {
    const { VirtualProtect } = vb(scene.process);
    allocate(scene, BASE, PAGE, BOTH, PAGE_READWRITE | PAGE_GUARD);
    expect(touch(scene, READ, BASE)).toBe(null);
    expect(VirtualProtect(BASE, PAGE, PAGE_NOACCESS, 0)).toBe(1);
    const codes: number[] = [];
    scene.process.addVectoredExceptionHandler(true, ({ ExceptionRecord }) => {
      codes.push(ExceptionRecord.ExceptionCode);
      if (codes.length < 3) return -1;
      return VirtualProtect(BASE, PAGE, PAGE_READWRITE, 0) === 1 ? -1 : 0;
    });
    scene.memory.setUint8(BASE, 7);
    expect(codes).toEqual([1, 2, 3].map(() => EXCEPTION_ACCESS_VIOLATION));
    expect(scene.memory.getUint8(BASE)).toBe(7);
  },
  on9x,
);

statement(
  69,
  "on both",
  (scene) => expect(rights(scene, PAGE_NOACCESS)).toEqual([false, false, false]),
  onEach,
);

statement(
  70,
  "C0000005, and no other",
  (scene) => {
    allocate(scene, BASE, PAGE, BOTH, PAGE_NOACCESS);
    for (const access of [READ, WRITE, EXECUTE]) {
      for (const _ of [1, 2]) expect(touch(scene, access, BASE)?.code).toBe(0xc000_0005);
    }
  },
  onEach,
);

statement(
  71,
  "which VirtualQuery tells, and no access",
  (scene) => {
    allocate(scene, BASE, PAGE, BOTH, PAGE_READWRITE | PAGE_NOCACHE);
    expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE | PAGE_NOCACHE);
    expect([touch(scene, WRITE, BASE), touch(scene, READ, BASE)]).toEqual([null, null]);
  },
  onNt,
);

statement(
  75,
  "one after the other",
  (scene) => {
    expect(refusal(scene, BASE, BOTH, PAGE_NOCACHE)).toBe(87);
    for (const [index, protect] of PROTECTIONS.entries()) {
      const base = BASE + index * GRANULARITY;
      const uncached = protect | PAGE_NOCACHE;
      if (protect === PAGE_NOACCESS) expect(refusal(scene, base, BOTH, uncached)).toBe(87);
      else allocate(scene, base, PAGE, BOTH, uncached);
    }
  },
  onNt,
);

statement(
  76,
  "of the region that is made, of the pages in one that is there",
  (scene) => {
    const next = BASE + 4 * GRANULARITY;
    expect(allocate(scene, BASE + 0x2345, PAGE, MEM_RESERVE)).toBe(BASE);
    expect(allocate(scene, BASE + 0x2345, 1, MEM_COMMIT)).toBe(BASE + 2 * PAGE);
    expect(allocate(scene, next + 0x2345, PAGE, BOTH)).toBe(next);
  },
  onEach,
);

statement(
  77,
  "which is 0",
  (scene) => {
    expect(vb(scene.process).VirtualAlloc(-1, PAGE, BOTH, PAGE_READWRITE)).toBe(0);
    allocate(scene, BASE, PAGE, MEM_RESERVE);
    expect(vb(scene.process).VirtualAlloc(BASE, PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(0);
  },
  onEach,
);

statement(
  78,
  "and so does Err",
  (scene) => {
    const { VirtualAlloc, GetLastError, Err } = vb(scene.process);
    allocate(scene, BASE, PAGE, MEM_RESERVE);
    for (const [base, size, type, error] of [
      [-1, PAGE, BOTH, 87],
      [0, 0x6000_0000, MEM_RESERVE, 8],
      [0, 0x100_0000, BOTH, 1455],
    ] as const) {
      expect(VirtualAlloc(base, size, type, PAGE_READWRITE)).toBe(0);
      expect([GetLastError(), Err.LastDllError]).toEqual([error, error]);
    }
  },
  { on: EACH, machine: { commitLimit: 0x100 } },
);
