import { expect } from "vitest";
import { MEM_DECOMMIT, PAGE_READONLY, PAGE_READWRITE } from "../../src/constants.ts";
import { expectFault, faultOf, guarded, touch, violation, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { BASE, PAGE } from "./support/scene.ts";
import { GUARDED, overflow, SMALL, StackScene } from "./support/stack-scene.ts";

rule("4.9#9", "at the end, below a stack pointer, and where there is no room", (scene) => {
  const s = new StackScene(scene);
  const { _resetstkoflw } = scene.kernel32;
  s.exhaust();
  expect(_resetstkoflw(s.at(s.guards))).toBe(0);
  expect(_resetstkoflw(s.stack.base)).toBe(0);
  expect(s.pages()).toBe(".".padEnd(16, "c"));
  expect([_resetstkoflw(), scene.machine.decision]).toEqual([1, "4.9#9"]);
  expect(s.pages()).toBe(`.${"g".repeat(s.guards)}`.padEnd(16, "c"));
  expect(s.limitPage).toBe(1 + s.guards);
  expect(s.exhaust()).toEqual(overflow(WRITE, s.at(s.guards)));
  expect(_resetstkoflw(s.at(9))).toBe(1);
  expect(s.pages()).toBe(`.${"g".repeat(s.guards).padStart(8, "c")}`.padEnd(16, "c"));
  expect([s.limitPage, s.store(8)]).toEqual([9, null]);
  expect([s.limitPage, scene.protectionAt(s.at(7))]).toEqual([8, GUARDED]);
});

rule("4.9#9", "0 without a stack; nothing to do while the guard is armed", (scene) => {
  expect(scene.kernel32._resetstkoflw()).toBe(0);
  const s = new StackScene(scene);
  const before = s.pages();
  expect([scene.kernel32._resetstkoflw(), s.pages()]).toEqual([1, before]);
});

rule("4.9#10", "rounding, growing, asking", (scene) => {
  const { SetThreadStackGuarantee } = scene.kernel32;
  new StackScene(scene);
  const given = (value: number) => {
    const size = { value };
    return [SetThreadStackGuarantee(size), size.value];
  };
  expect(given(0)).toEqual([1, 0]);
  expect(given(1)).toEqual([1, 0]);
  expect(given(0)).toEqual([1, scene.wide ? 0x2000 : 0x1000]);
  expect(given(0x9001)).toEqual([1, scene.wide ? 0x2000 : 0x1000]);
  expect(given(0x3000)).toEqual([1, 0xa000]);
  expect(given(0)).toEqual([1, 0xa000]);
});

rule("4.9#10", "in the guest's memory", (scene) => {
  const { SetThreadStackGuarantee, GetLastError } = scene.kernel32;
  const s = new StackScene(scene);
  const at = scene.take(BASE, PAGE);
  scene.memory.setUint32(at, 0x3000);
  expect([SetThreadStackGuarantee(at), scene.memory.getUint32(at)]).toEqual([1, 0]);
  scene.protect(at, PAGE, PAGE_READONLY);
  expect([SetThreadStackGuarantee(at), GetLastError(), s.stack.guarantee]).toEqual([
    0, 998, 0x3000,
  ]);
  expect([SetThreadStackGuarantee(null), GetLastError()]).toEqual([0, 998]);
});

rule("4.9#11", "by VirtualProtect and by MEM_COMMIT", (scene) => {
  for (const arm of [scene.protect, scene.commit]) {
    const s = new StackScene(scene, { ...SMALL, stackCommit: 0x9000 });
    const page = s.limitPage + 4;
    arm.call(scene, s.at(page, 0), PAGE, GUARDED);
    expect(s.limitPage).toBe(page + 1);
    const below = s.pages().slice(0, page);
    expect(below.endsWith("cccc")).toBe(true);
    expect(s.store(page - 3)).toBeNull();
    expect(s.store(page)).toBeNull();
    expect(s.limitPage).toBe(page);
    const shown = `${below.slice(0, -s.guards)}${"g".repeat(s.guards)}`.padEnd(16, "c");
    expect(s.pages()).toBe(shown);
    s.thread.releaseStack();
  }
});

rule("4.9#11", "only by the calling thread, and only inside its stack", (scene) => {
  const s = new StackScene(scene, { ...SMALL, stackCommit: 0x9000 });
  const page = s.limitPage;
  const other = scene.process.createThread(SMALL);
  other.run(() => scene.protect(s.at(page + 2, 0), PAGE, GUARDED));
  expect(s.limitPage).toBe(page);
  scene.protect(scene.take(BASE, PAGE), PAGE, GUARDED);
  scene.protect(s.at(page - 1, 0), PAGE, GUARDED);
  expect(s.limitPage).toBe(page);
});

rule("4.9#12", "and the page is like any other", (scene) => {
  const s = new StackScene(scene, { ...SMALL, stackCommit: 0x9000 });
  const first = s.limitPage;
  const page = first + 4;
  scene.protect(s.at(page, 0), PAGE, GUARDED);
  scene.protect(s.at(page, 0), PAGE, PAGE_READWRITE);
  expect([s.store(page), s.store(first), s.limitPage]).toEqual([null, null, page + 1]);
  expect(s.store(first - s.guards - 1)).toEqual(violation(WRITE, s.at(first - s.guards - 1)));
  expect([s.store(first - 1), s.limitPage]).toEqual([null, first - 1]);
});

rule("4.9#13", "far below", (scene) => {
  const s = new StackScene(scene);
  const page = s.limitPage - 1;
  s.stack.limit = s.at(3, 0);
  expect([s.limitPage, s.store(page), s.limitPage]).toEqual([3, null, page]);
  expect(s.pages()).toBe("g".repeat(s.guards).padStart(page, ".").padEnd(16, "c"));
});

rule(
  "4.9#14",
  "of another thread, and of one without a stack",
  (scene) => {
    const s = new StackScene(scene);
    const page = s.limitPage - 1;
    const at = s.at(page);
    const other = scene.process.createThread();
    other.run(() => {
      expectFault(scene, "4.1#5", () => scene.memory.setUint8(at, 1), guarded(WRITE, at));
    });
    expect([s.limitPage, scene.protectionAt(at)]).toEqual([page + 1, PAGE_READWRITE]);
    expect([s.store(page), s.limitPage]).toEqual([null, page + 1]);
    const below = s.at(page - 2);
    expect(faultOf(() => scene.memory.setUint8(below, 1))).toEqual(violation(WRITE, below));
  },
  { on: ["win32 translated", "win32 windowed"] },
);

rule("4.9#14", "of another process", (scene) => {
  const s = new StackScene(scene);
  const other = scene.another();
  const handle = other.kernel32.OpenProcess(0x1fffff, 0, scene.process.id);
  const before = s.pages();
  const at = s.at(s.limitPage - 1);
  expect(other.kernel32.ReadProcessMemory(handle, at, new Uint8Array(1), 1)).toBe(0);
  expect(s.pages()).toBe(before);
  expect(other.ntdll.NtLockVirtualMemory(handle, { value: at }, { value: 1 }, 1)).toBe(0x80000001);
  expect(s.limitPage).toBe(before.indexOf("c"));
});

rule("4.9#15", "two fibers of one thread", (scene) => {
  const thread = scene.process.mainThread;
  const bounds = [BASE, BASE + 0x100000].map((at) => {
    scene.reserve(at, 0x10000);
    scene.commit(at + 0xd000, 0x3000);
    scene.commit(at + 0xc000, PAGE, GUARDED);
    return { base: at + 0x10000, limit: at + 0xd000, deallocationStack: at };
  });
  for (const fiber of bounds) {
    thread.stack = fiber;
    expect(touch(scene, WRITE, fiber.limit - 8)).toBeNull();
    expect(thread.stack?.limit).toBe(fiber.limit - PAGE);
    expect(scene.protectionAt(fiber.limit - 2 * PAGE)).toBe(GUARDED);
  }
  const [first, second] = bounds as [(typeof bounds)[0], (typeof bounds)[0]];
  expect(touch(scene, WRITE, first.limit - PAGE - 8)).toEqual(
    guarded(WRITE, first.limit - PAGE - 8),
  );
  thread.stack = null;
  expect([thread.stack, touch(scene, WRITE, second.limit - PAGE - 8)?.code]).toEqual([
    null,
    0x80000001,
  ]);
});

rule("4.9#15", "bounds that the region does not have end in an overflow", (scene) => {
  const thread = scene.process.mainThread;
  scene.take(BASE + 0x10000, 0x10000, GUARDED);
  scene.take(BASE + 0x20000, PAGE);
  thread.stack = { base: BASE + 0x20000, limit: BASE + 0x10000, deallocationStack: BASE };
  expect(touch(scene, WRITE, BASE + 0x10000)).toEqual(overflow(WRITE, BASE + 0x10000));
  expect([scene.protectionAt(BASE + 0x10000), thread.stack?.limit]).toEqual([
    PAGE_READWRITE,
    BASE + 0x10000,
  ]);
  expect(scene.query(BASE)?.allocationBase).toBe(0);
});

rule("4.9#17", "so it can be taken and given back", (scene) => {
  const s = new StackScene(scene);
  expect(s.pages().startsWith(".".repeat(12))).toBe(true);
  s.exhaust();
  scene.free(s.at(1, 0), PAGE, MEM_DECOMMIT);
  expect(s.store(1)).toEqual(violation(WRITE, s.at(1)));
});

for (const limited of ["machine", "process"] as const) {
  rule(
    "17.13#7",
    `of the ${limited}`,
    (scene) => {
      const s = new StackScene(scene);
      // As many pages as leave one for the stack.
      const { commitCharge } = scene.process.counters;
      scene.take(BASE, (40 - commitCharge - 1) * PAGE);
      const page = s.limitPage - 1;
      expect(s.store(page)).toBeNull();
      const at = s.at(page - 1);
      expectFault(scene, "4.9#7", () => scene.memory.setUint8(at, 1), overflow(WRITE, at));
      expect([s.limitPage, scene.protectionAt(at)]).toEqual([page - 1, PAGE_READWRITE]);
      expect(scene.process.counters.commitCharge).toBe(40);
      expect(s.store(page - 1)).toBeNull();
      // With charge again the guard can be armed again.
      expect(scene.kernel32._resetstkoflw()).toBe(0);
      scene.free(BASE, 0, 0x8000);
      expect([scene.kernel32._resetstkoflw(), s.store(page - 2)]).toEqual([1, null]);
    },
    limited === "machine" ? { machine: { commitLimit: 40 } } : { process: { commitQuota: 40 } },
  );
}

rule("17.13#8", "a stack has no marks", (scene) => {
  const s = new StackScene(scene);
  s.descend(s.limitPage - 3);
  const { base, deallocationStack } = s.stack;
  const count = { value: 16 };
  const out = { value: [] };
  const size = base - deallocationStack;
  const { GetWriteWatch } = scene.kernel32;
  expect(GetWriteWatch(0, deallocationStack, size, out, count, { value: 0 })).toBe(0xffffffff);
});
