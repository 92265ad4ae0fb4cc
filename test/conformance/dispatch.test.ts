import { expect } from "vitest";
import {
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_CONTINUE_SEARCH,
  EXCEPTION_EXECUTE_HANDLER,
  EXCEPTION_GUARD_PAGE,
  EXCEPTION_NONCONTINUABLE,
  EXCEPTION_NONCONTINUABLE_EXCEPTION,
  MEM_COMMIT,
  PAGE_GUARD,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { faultOf, guarded, READ, violation, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE } from "./support/scene.ts";

rule("4.7#1", "head, tail, and the last at the head first", (scene) => {
  const order: string[] = [];
  const log = (name: string) => () => {
    order.push(name);
    return EXCEPTION_CONTINUE_SEARCH;
  };
  scene.process.addVectoredExceptionHandler(false, log("tail"));
  scene.process.addVectoredExceptionHandler(true, log("head"));
  scene.kernel32.AddVectoredExceptionHandler(0, log("last"));
  scene.kernel32.AddVectoredExceptionHandler(5, log("first"));
  expect(faultOf(() => scene.memory.getUint8(BASE))).toEqual(violation(READ, BASE));
  expect(order).toEqual(["first", "head", "tail", "last"]);
});

rule("4.7#2", "reserve, then commit each page from the handler", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  const seen: number[] = [];
  scene.process.addVectoredExceptionHandler(true, ({ ExceptionRecord: record }) => {
    const address = Number(record.ExceptionInformation[1]);
    seen.push(address);
    scene.kernel32.VirtualAlloc(address, 1, MEM_COMMIT, PAGE_READWRITE);
    return EXCEPTION_CONTINUE_EXECUTION;
  });
  for (let offset = 0; offset < GRANULARITY; offset += 0x800) {
    scene.memory.setUint32(BASE + offset, offset);
  }
  expect(seen).toEqual(Array.from({ length: 16 }, (_, page) => BASE + page * PAGE));
  expect(scene.memory.getUint32(BASE + 0xf800)).toBe(0xf800);
});

rule("4.7#2", "a page that faults again raises a fresh exception", (scene) => {
  scene.take(BASE, PAGE, PAGE_READONLY | PAGE_GUARD);
  const codes: number[] = [];
  scene.process.addVectoredExceptionHandler(true, ({ ExceptionRecord: record }) => {
    codes.push(record.ExceptionCode);
    if (codes.length === 1) scene.protect(BASE, PAGE, PAGE_READWRITE | PAGE_GUARD);
    return EXCEPTION_CONTINUE_EXECUTION;
  });
  scene.memory.setUint8(BASE, 7);
  expect(codes).toEqual([EXCEPTION_ACCESS_VIOLATION, EXCEPTION_GUARD_PAGE]);
  expect(scene.memory.getUint8(BASE)).toBe(7);
});

rule("4.7#3", "two vectored handlers, then a frame", (scene) => {
  scene.take(BASE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  const order: string[] = [];
  for (const name of ["one", "two"]) {
    scene.process.addVectoredExceptionHandler(false, () => {
      order.push(name);
      return EXCEPTION_CONTINUE_SEARCH;
    });
  }
  const result = scene.process.tryExcept({
    body: () => scene.memory.getUint8(BASE),
    filter: ({ ExceptionRecord: record }) => {
      order.push(`filter ${record.ExceptionCode === EXCEPTION_GUARD_PAGE}`);
      return EXCEPTION_CONTINUE_EXECUTION;
    },
  });
  expect(result).toBe(0);
  expect(order).toEqual(["one", "two", "filter true"]);
});

for (const answer of [EXCEPTION_EXECUTE_HANDLER, 5, -2]) {
  rule("4.7#4", `a handler that answers ${answer}`, (scene) => {
    let asked = 0;
    scene.process.addVectoredExceptionHandler(true, () => answer);
    scene.process.addVectoredExceptionHandler(false, () => {
      asked++;
      return EXCEPTION_CONTINUE_SEARCH;
    });
    expect(faultOf(() => scene.memory.setUint8(BASE, 1))).toEqual(violation(WRITE, BASE));
    expect(asked).toBe(1);
  });
}

rule("4.7#5", "the inner frame searches, the outer one handles", (scene) => {
  const { process, memory } = scene;
  const order: string[] = [];
  const result = process.tryExcept({
    body: () =>
      process.tryExcept({
        body: () => {
          memory.getUint8(BASE);
          return "body";
        },
        filter: () => {
          order.push("inner");
          return EXCEPTION_CONTINUE_SEARCH;
        },
        handler: () => "inner",
      }),
    filter: () => {
      order.push("outer");
      return EXCEPTION_EXECUTE_HANDLER;
    },
    handler: ({ ExceptionRecord: record }) => `outer ${record.ExceptionInformation[1]}`,
  });
  expect(result).toBe(`outer ${BASE}`);
  expect(order).toEqual(["inner", "outer"]);
});

rule("4.7#6", "RaiseException with the noncontinuable flag", (scene) => {
  const seen: [number, number | undefined][] = [];
  scene.process.addVectoredExceptionHandler(true, ({ ExceptionRecord: record }) => {
    seen.push([record.ExceptionCode, record.ExceptionRecord?.ExceptionCode]);
    return seen.length === 1 ? EXCEPTION_CONTINUE_EXECUTION : EXCEPTION_CONTINUE_SEARCH;
  });
  const { RaiseException } = scene.kernel32;
  expect(() => RaiseException(0xe0001234, EXCEPTION_NONCONTINUABLE, [])).toThrow();
  expect(seen).toEqual([
    [0xe0001234, undefined],
    [EXCEPTION_NONCONTINUABLE_EXCEPTION, 0xe0001234],
  ]);
});

rule("4.7#6", "a continuable one goes on", (scene) => {
  const seen: (number | bigint)[][] = [];
  scene.process.addVectoredExceptionHandler(true, ({ ExceptionRecord: record }) => {
    seen.push(record.ExceptionInformation);
    return EXCEPTION_CONTINUE_EXECUTION;
  });
  scene.kernel32.RaiseException(0xe0001234, 0, [1, 2, 3]);
  expect(seen).toEqual([[1, 2, 3]]);
});

rule("4.7#7", "the unhandled filter comes last, and may go on", (scene) => {
  scene.take(BASE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  const order: string[] = [];
  scene.process.addVectoredExceptionHandler(true, () => {
    order.push("vectored");
    return EXCEPTION_CONTINUE_SEARCH;
  });
  scene.kernel32.SetUnhandledExceptionFilter(() => {
    order.push("unhandled");
    return EXCEPTION_CONTINUE_EXECUTION;
  });
  scene.memory.getUint8(BASE);
  expect(order).toEqual(["vectored", "unhandled"]);
});

rule("4.7#7", "without anybody the access ends with its code", (scene) => {
  scene.take(BASE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  expect(faultOf(() => scene.memory.getUint8(BASE))).toEqual(guarded(READ, BASE));
  scene.kernel32.SetUnhandledExceptionFilter(() => EXCEPTION_CONTINUE_SEARCH);
  const free = BASE + GRANULARITY;
  expect(faultOf(() => scene.memory.getUint8(free))).toEqual(violation(READ, free));
});

rule("4.7#7", "a filter that takes it ends the process with the code", (scene) => {
  const other = scene.another();
  other.kernel32.SetUnhandledExceptionFilter(() => EXCEPTION_EXECUTE_HANDLER);
  expect(faultOf(() => other.memory.getUint8(BASE))).toEqual(violation(READ, BASE));
  expect([other.process.exited, other.process.exitCode]).toEqual([
    true,
    EXCEPTION_ACCESS_VIOLATION,
  ]);
});
