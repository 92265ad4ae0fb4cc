import { expect } from "vitest";
import {
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_STACK_OVERFLOW,
  MEM_COMMIT,
  MEM_PRIVATE,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import {
  EXECUTE,
  expectFault,
  faultOf,
  guarded,
  READ,
  touch,
  violation,
  WRITE,
} from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { PAGE } from "./support/scene.ts";
import { GUARDED, overflow, SMALL, StackScene } from "./support/stack-scene.ts";

rule("4.1#3", "before the permission, for every kind of access", (scene) => {
  for (const access of [READ, WRITE, EXECUTE]) {
    for (const protect of [PAGE_READWRITE, PAGE_READONLY, PAGE_EXECUTE_READ]) {
      const s = new StackScene(scene);
      const page = s.limitPage - 1;
      scene.protect(s.at(page, 0), PAGE, protect | PAGE_GUARD);
      const isAllowed =
        access === READ ||
        (access === WRITE ? protect === PAGE_READWRITE : protect === PAGE_EXECUTE_READ);
      expect(touch(scene, access, s.at(page))).toEqual(
        isAllowed ? null : violation(access, s.at(page)),
      );
      expect([s.limitPage, scene.protectionAt(s.at(page))]).toEqual([page, protect]);
      expect(scene.protectionAt(s.at(page - 1))).toBe(GUARDED);
      s.thread.releaseStack();
    }
  }
});

rule(
  "4.1#3",
  "guard-first changes nothing of it",
  (scene) => {
    const s = new StackScene(scene);
    const page = s.limitPage - 1;
    scene.protect(s.at(page, 0), PAGE, PAGE_READONLY | PAGE_GUARD);
    expect(s.store(page)).toEqual(violation(WRITE, s.at(page)));
    expect(s.limitPage).toBe(page);
  },
  { machine: { guardOrder: "guard-first" } },
);

rule("3.4#6", "up, not down", (scene) => {
  const s = new StackScene(scene, { ...SMALL, stackCommit: 0x8000 });
  const page = s.limitPage + 2;
  scene.protect(s.at(page, 0), PAGE, GUARDED);
  expect(s.limitPage).toBe(page + 1);
  scene.protect(s.at(page - 1, 0), PAGE, GUARDED);
  expect(s.limitPage).toBe(page + 1);
});

rule("13#14", "the first commit, each growth, what an overflow leaves", (scene) => {
  const { counters } = scene.process;
  const charge = () => scene.process.counters.commitCharge - counters.commitCharge;
  const s = new StackScene(scene);
  expect(charge()).toBe(1 + s.guards);
  s.descend(s.limitPage - 3);
  expect(charge()).toBe(4 + s.guards);
  s.exhaust();
  expect(charge()).toBe(15);
  s.thread.releaseStack();
  expect(charge()).toBe(0);
});

rule("0.6", "of a stack overflow", (scene) => {
  const s = new StackScene(scene);
  const records: unknown[] = [];
  scene.process.addVectoredExceptionHandler(true, ({ ExceptionRecord }) => {
    records.push(ExceptionRecord);
    return EXCEPTION_CONTINUE_EXECUTION;
  });
  s.descend(1);
  expect(records).toEqual([
    {
      ExceptionCode: EXCEPTION_STACK_OVERFLOW,
      ExceptionFlags: 0,
      ExceptionRecord: null,
      ExceptionAddress: 0,
      NumberParameters: 2,
      ExceptionInformation: [WRITE, s.at(s.guards)],
    },
  ]);
});

rule(
  "17.6#1",
  "limits and guarantee are the thread's, handlers run on the faulting one",
  (scene) => {
    const s = new StackScene(scene);
    const other = scene.process.createThread(SMALL);
    const { SetThreadStackGuarantee, GetCurrentThreadId } = scene.kernel32;
    other.run(() => expect(SetThreadStackGuarantee({ value: 0x4000 })).toBe(1));
    expect([s.stack.guarantee, other.stack?.guarantee]).toEqual([0, 0x4000]);
    const seen: number[] = [];
    scene.process.addVectoredExceptionHandler(true, () => {
      seen.push(GetCurrentThreadId());
      return EXCEPTION_CONTINUE_EXECUTION;
    });
    const { limit = 0 } = other.stack ?? {};
    other.run(() => {
      for (let at = limit; at > limit - 15 * PAGE; at -= PAGE)
        faultOf(() => scene.memory.getUint8(at));
    });
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen)).toEqual(new Set([other.id]));
    expect(s.limitPage).toBe(15);
  },
);

rule("17.2#2", "stacks of threads lie in no region, and no region in them", (scene) => {
  const taken = scene.take(0, 0x10000);
  const s = new StackScene(scene);
  expect(s.stack.deallocationStack).not.toBe(taken);
  const { base, deallocationStack } = s.stack;
  for (let i = 0; i < 8; i++) {
    const at = scene.reserve(0, 0x10000);
    expect(at >= base || at + 0x10000 <= deallocationStack).toBe(true);
  }
  s.thread.releaseStack();
  expect(scene.reserve(0, 0x10000)).toBe(deallocationStack);
});

rule("4.9#1", "default, rounding, and a commit that leaves no room", (scene) => {
  const sizes = [
    [{}, 0x100000],
    [{ stackReserve: 0 }, 0x100000],
    [{ stackReserve: 1 }, 0x100000],
    [{ stackReserve: 0x2001 }, 0x10000],
    [{ stackReserve: 0x11000 }, 0x20000],
    [{ stackReserve: 0x10001, stackCommit: 0x5000 }, 0x20000],
    [{ stackReserve: 0x10000, stackCommit: 0x10000 }, 0x100000],
    [{ stackCommit: 0x120000 }, 0x200000],
  ] as const;
  for (const [options, expected] of sizes) {
    const { stack } = scene.process.createThread(options);
    const { base = 0, deallocationStack = 0 } = stack ?? {};
    expect(base - deallocationStack).toBe(expected);
    expect(deallocationStack % 0x10000).toBe(0);
  }
});

rule("4.9#2", "with and without a size", (scene) => {
  const committed = (options: object) => {
    const before = scene.process.counters.commitCharge;
    scene.process.createThread(options);
    return scene.process.counters.commitCharge - before;
  };
  // Two guard pages of a 64-bit process leave nothing of 0x2000: one page is added.
  const least = scene.wide ? 3 : 2;
  expect(committed({})).toBe(least);
  expect(committed({ stackCommit: 1 })).toBe(least);
  expect(committed({ stackCommit: 0x3f00 })).toBe(4);
  expect(committed({ stackCommit: 0x8000 })).toBe(8);
});

rule("4.9#3", "without and with a guarantee", (scene) => {
  const s = new StackScene(scene);
  const shown = () => s.pages().replace(/[.c]/g, "").length;
  expect(shown()).toBe(s.guards);
  s.descend(s.limitPage - 1);
  expect(shown()).toBe(s.guards);
  scene.kernel32.SetThreadStackGuarantee({ value: 1 });
  s.descend(s.limitPage - 1);
  expect(shown()).toBe(s.guards + 1);
  scene.kernel32.SetThreadStackGuarantee({ value: 0x4000 });
  s.descend(s.limitPage - 1);
  expect(shown()).toBe(5);
});

rule("4.9#4", "from the reservation to the top", (scene) => {
  const s = new StackScene(scene, { stackCommit: 0x6000 });
  const { base, deallocationStack, limit } = s.stack;
  const all = {
    type: MEM_PRIVATE,
    allocationBase: deallocationStack,
    allocationProtect: PAGE_READWRITE,
  };
  const guard = limit - s.guards * PAGE;
  const committed = { ...all, state: MEM_COMMIT };
  expect([scene.run(deallocationStack), scene.run(guard), scene.run(limit)]).toEqual([
    {
      ...all,
      state: MEM_RESERVE,
      protect: 0,
      base: deallocationStack,
      size: guard - deallocationStack,
    },
    { ...committed, protect: GUARDED, base: guard, size: limit - guard },
    { ...committed, protect: PAGE_READWRITE, base: limit, size: base - limit },
  ]);
});

rule("4.9#5", "page by page", (scene) => {
  const s = new StackScene(scene);
  const first = s.limitPage - 1;
  for (let page = first; page > first - 5; page--) {
    expect(s.store(page)).toBeNull();
    expect(s.limitPage).toBe(page);
    expect(scene.memory.getUint32(s.at(page))).toBe(0x11223344);
    const guard = "g".repeat(s.guards).padStart(page, ".");
    expect(s.pages()).toBe(guard.padEnd(16, "c"));
  }
});

rule(
  "4.9#5",
  "a guard of two pages that is touched in its lower one, and over both",
  (scene) => {
    const s = new StackScene(scene);
    const [upper, lower] = [s.limitPage - 1, s.limitPage - 2];
    expect(s.store(lower)).toBeNull();
    expect([s.limitPage, s.pages().slice(lower - 2)]).toEqual([lower, "ggcgc"]);
    expect(s.store(upper)).toBeNull();
    expect([s.limitPage, s.pages().slice(lower - 2)]).toEqual([upper, "gggcc"]);
    scene.memory.setUint32(s.at(upper, -2), 0x01020304);
    expect([s.limitPage, s.pages().slice(lower - 2)]).toEqual([lower, "ggccc"]);
  },
  { on: ["win64 translated"] },
);

rule(
  "4.9#5",
  "at both pages of an access, twice where the second growth guards the first page again",
  (scene) => {
    const s = new StackScene(scene);
    const [upper, lower] = [s.limitPage - 1, s.limitPage - 2];
    scene.memory.setUint32(s.at(upper, -2), 0x01020304);
    expect([s.limitPage, s.pages().slice(lower - 2)]).toEqual([lower, "ggccc"]);
    expect(scene.memory.getUint32(s.at(upper, -2))).toBe(0x01020304);
  },
  { on: ["win64 translated"] },
);

rule("4.9#5", "by every kind of access that the thread makes", (scene) => {
  const { memory, process, kernel32 } = scene;
  const bytes = new Uint8Array(8);
  const source = scene.take(0, 0x2000);
  const ways: ((at: number) => unknown)[] = [
    (at) => memory.getUint8(at),
    (at) => memory.getBigUint64(at),
    (at) => memory.setFloat64(at, 1),
    (at) => memory.getUint32(at + PAGE - 10), // over the boundary to the page above
    (at) => memory.read(at, 4),
    (at) => memory.write(at, bytes),
    (at) => memory.fill(at, 7, PAGE),
    (at) => memory.copy(at, source, 64),
    (at) => memory.copy(source, at, 64),
    (at) => memory.copy(at, at - 8, 64), // overlapping
    (at) => memory.compare(at, source, 4),
    (at) => faultOf(() => memory.fetch(at, 4)),
    (at) => expect(process.system.copyOut(at, bytes).status).toBe(0),
    (at) => expect(process.system.copyIn(at, bytes).status).toBe(0),
    (at) => expect(kernel32.ReadProcessMemory(-1, at, bytes, 8)).toBe(1),
    (at) => expect(scene.ntdll.NtWriteVirtualMemory(-1, at, bytes, 8)).toBe(0),
    (at) => expect(kernel32.VirtualLock(at, 1)).toBe(1),
    (at) => expect(kernel32.VirtualProtect(source, PAGE, PAGE_READWRITE, at)).toBe(1),
    (at) => expect(kernel32.IsBadReadPtr(at, 4)).toBe(0),
  ];
  for (const way of ways) {
    const s = new StackScene(scene);
    const page = s.limitPage - 1;
    expect(faultOf(() => way(s.at(page)))).toBeNull();
    expect([s.limitPage, scene.protectionAt(s.at(page))], `${way}`).toEqual([page, PAGE_READWRITE]);
    expect(scene.protectionAt(s.at(page - 1))).toBe(GUARDED);
    s.thread.releaseStack();
  }
});

rule("4.9#5", "stays when the second page of the access fails", (scene) => {
  const s = new StackScene(scene);
  const page = s.limitPage - 1;
  scene.protect(s.at(page + 1, 0), PAGE, PAGE_NOACCESS);
  expect(faultOf(() => scene.memory.setUint32(s.at(page + 1, -2), 5))).toEqual(
    violation(WRITE, s.at(page + 1, 0)),
  );
  expect([s.limitPage, scene.memory.getUint16(s.at(page + 1, -2))]).toEqual([page, 0]);
});

rule("4.9#6", "nothing grows", (scene) => {
  const s = new StackScene(scene);
  const before = s.pages();
  const at = s.at(s.limitPage - s.guards - 1);
  expectFault(scene, "4.1#2", () => scene.memory.setUint8(at, 1), violation(WRITE, at));
  expect(s.pages()).toBe(before);
});

rule("4.9#7", "after the last page that has room for a guard below", (scene) => {
  const s = new StackScene(scene);
  s.descend(1 + s.guards);
  expect(s.pages()).toBe(`.${"g".repeat(s.guards)}`.padEnd(16, "c"));
  const at = s.at(s.guards);
  expectFault(scene, "4.9#7", () => scene.memory.setUint8(at, 1), overflow(WRITE, at));
  expect([s.pages(), s.limitPage]).toEqual([".".padEnd(16, "c"), 1]);
  expect(s.store(s.guards)).toBeNull();
  expect(s.store(1)).toBeNull();
});

rule("4.9#7", "leaves what is guaranteed below the page that was touched", (scene) => {
  const s = new StackScene(scene);
  scene.kernel32.SetThreadStackGuarantee({ value: 0x5000 });
  const { address } = s.exhaust();
  expect(Number(address) - s.at(1)).toBe(0x5000);
  for (let page = 1; page < 7; page++) expect(s.store(page)).toBeNull();
});

rule("4.9#7", "a guard on the last page is no guard of the stack", (scene) => {
  const s = new StackScene(scene, { stackCommit: 0x100000 });
  expect(s.pages()).toBe("g".repeat(s.guards).padEnd(0x100, "c"));
  expect(s.store(0)).toEqual(guarded(WRITE, s.at(0)));
  expect([s.store(0), s.limitPage]).toEqual([null, s.guards]);
});

rule("4.9#8", "in the last page", (scene) => {
  const s = new StackScene(scene);
  s.exhaust();
  expect(s.store(0)).toEqual(violation(WRITE, s.at(0)));
  expect(s.pages()).toBe(".".padEnd(16, "c"));
});
