import { expect } from "vitest";
import {
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_CONTINUE_SEARCH,
  EXCEPTION_STACK_OVERFLOW,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { faultOf, READ, violation, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { BASE, PAGE, type Scene } from "./support/scene.ts";

const GO_ON = () => EXCEPTION_CONTINUE_EXECUTION;

/** A handler that writes its name down and answers. */
function logging(order: string[], name: string, answer: number = EXCEPTION_CONTINUE_SEARCH) {
  return () => {
    order.push(name);
    return answer;
  };
}

/** A guard page, so that a handler that only goes on is enough. */
function layGuard(scene: Scene): void {
  scene.take(BASE, PAGE, PAGE_READWRITE | PAGE_GUARD);
}

rule("17.6#1", "another process has its own list", (scene) => {
  const order: string[] = [];
  const other = scene.another();
  other.process.addVectoredExceptionHandler(true, logging(order, "other"));
  scene.process.addVectoredExceptionHandler(true, logging(order, "own"));
  faultOf(() => scene.memory.getUint8(BASE));
  expect(order).toEqual(["own"]);
});

rule("17.6#1", "the handler runs on the faulting thread", (scene) => {
  const thread = scene.process.createThread();
  const seen: number[] = [];
  scene.process.addVectoredExceptionHandler(true, () => {
    seen.push(scene.kernel32.GetCurrentThreadId());
    scene.kernel32.SetLastError(77);
    return EXCEPTION_CONTINUE_SEARCH;
  });
  scene.kernel32.SetLastError(5);
  thread.run(() => faultOf(() => scene.memory.getUint8(BASE)));
  expect(seen).toEqual([thread.id]);
  expect([scene.kernel32.GetLastError(), thread.lastError]).toEqual([5, 77]);
});

rule("17.6#2", "one function three times", (scene) => {
  const order: string[] = [];
  const handler = logging(order, "x");
  const { AddVectoredExceptionHandler } = scene.kernel32;
  const handles = [1, 0, 1].map((first) => AddVectoredExceptionHandler(first, handler));
  expect(new Set(handles).size).toBe(3);
  expect(handles.includes(0)).toBe(false);
  faultOf(() => scene.memory.getUint8(BASE));
  expect(order).toEqual(["x", "x", "x"]);
});

rule("17.6#3", "exception and continue handlers are told apart", (scene) => {
  const { kernel32 } = scene;
  const exception = kernel32.AddVectoredExceptionHandler(1, GO_ON);
  const continued = kernel32.AddVectoredContinueHandler(1, GO_ON);
  expect(kernel32.RemoveVectoredExceptionHandler(continued)).toBe(0);
  expect(kernel32.RemoveVectoredContinueHandler(exception)).toBe(0);
  expect(kernel32.RemoveVectoredExceptionHandler(0)).toBe(0);
  expect(kernel32.RemoveVectoredExceptionHandler(exception)).not.toBe(0);
  expect(kernel32.RemoveVectoredExceptionHandler(exception)).toBe(0);
  expect(kernel32.RemoveVectoredContinueHandler(continued)).not.toBe(0);
  layGuard(scene);
  expect(faultOf(() => scene.memory.getUint8(BASE))).not.toBe(null);
});

rule("17.6#4", "added at the tail: reached; at the head: not", (scene) => {
  const order: string[] = [];
  const { process } = scene;
  process.addVectoredExceptionHandler(true, () => {
    order.push("first");
    if (order.length === 1) {
      process.addVectoredExceptionHandler(false, logging(order, "tail"));
      process.addVectoredExceptionHandler(true, logging(order, "head"));
    }
    return EXCEPTION_CONTINUE_SEARCH;
  });
  faultOf(() => scene.memory.getUint8(BASE));
  expect(order).toEqual(["first", "tail"]);
  order.length = 0;
  order.push("again");
  faultOf(() => scene.memory.getUint8(BASE));
  expect(order).toEqual(["again", "head", "first", "tail"]);
});

rule("17.6#4", "one that removes itself finishes, and the next is reached", (scene) => {
  const order: string[] = [];
  const { process } = scene;
  const handle = process.addVectoredExceptionHandler(true, () => {
    process.removeVectoredExceptionHandler(handle);
    order.push("once");
    return EXCEPTION_CONTINUE_SEARCH;
  });
  process.addVectoredExceptionHandler(false, logging(order, "next"));
  faultOf(() => scene.memory.getUint8(BASE));
  faultOf(() => scene.memory.getUint8(BASE));
  expect(order).toEqual(["once", "next", "next"]);
});

rule("17.6#5", "0, 1 and 5 go on, -1 stops", (scene) => {
  layGuard(scene);
  const order: string[] = [];
  for (const answer of [0, 1, 5, -1, 0]) {
    scene.process.addVectoredExceptionHandler(false, logging(order, String(answer), answer));
  }
  scene.memory.getUint8(BASE);
  expect(order).toEqual(["0", "1", "5", "-1"]);
});

rule("17.6#6", "they run in order until one answers -1, and the access goes on", (scene) => {
  layGuard(scene);
  const order: string[] = [];
  const { process } = scene;
  process.addVectoredExceptionHandler(true, logging(order, "handler", -1));
  process.addVectoredContinueHandler(false, logging(order, "one"));
  process.addVectoredContinueHandler(false, logging(order, "two", 1));
  process.addVectoredContinueHandler(false, logging(order, "three", -1));
  process.addVectoredContinueHandler(false, logging(order, "four"));
  process.addVectoredContinueHandler(true, logging(order, "zero"));
  expect(scene.memory.getUint8(BASE)).toBe(0);
  expect(order).toEqual(["handler", "zero", "one", "two", "three"]);
});

rule("17.6#6", "after a frame filter too", (scene) => {
  layGuard(scene);
  const order: string[] = [];
  scene.process.addVectoredContinueHandler(true, logging(order, "continue"));
  scene.process.tryExcept({
    body: () => scene.memory.getUint8(BASE),
    filter: logging(order, "filter", -1),
  });
  expect(order).toEqual(["filter", "continue"]);
});

rule("17.6#7", "nobody goes on", (scene) => {
  const order: string[] = [];
  scene.process.addVectoredContinueHandler(true, logging(order, "continue", -1));
  scene.process.addVectoredExceptionHandler(true, logging(order, "handler"));
  expect(faultOf(() => scene.memory.getUint8(BASE))).toEqual(violation(READ, BASE));
  expect(order).toEqual(["handler"]);
});

rule("17.6#8", "another address in the record", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.protect(BASE, PAGE, PAGE_NOACCESS);
  scene.process.addVectoredExceptionHandler(true, ({ ExceptionRecord: record }) => {
    record.ExceptionInformation[1] = BASE + PAGE;
    scene.protect(BASE, PAGE, PAGE_READWRITE);
    return EXCEPTION_CONTINUE_EXECUTION;
  });
  scene.memory.setUint8(BASE, 9);
  expect([scene.memory.getUint8(BASE), scene.memory.getUint8(BASE + PAGE)]).toEqual([9, 0]);
});

rule("17.6#9", "a fault in a handler goes through the whole list", (scene) => {
  const seen: number[] = [];
  const { memory, process } = scene;
  process.addVectoredExceptionHandler(true, ({ ExceptionRecord: record }) => {
    seen.push(Number(record.ExceptionInformation[1]));
    if (seen.length === 1) faultOf(() => memory.setUint8(BASE + PAGE, 1));
    return EXCEPTION_CONTINUE_SEARCH;
  });
  expect(faultOf(() => memory.setUint8(BASE, 1))).toEqual(violation(WRITE, BASE));
  expect(seen).toEqual([BASE, BASE + PAGE]);
});

rule(
  "17.6#9",
  "too deep a nest ends the process as a stack overflow does",
  (scene) => {
    const other = scene.another();
    let depth = 0;
    other.process.addVectoredExceptionHandler(true, () => {
      depth++;
      other.memory.getUint8(BASE);
      return EXCEPTION_CONTINUE_SEARCH;
    });
    expect(() => other.memory.getUint8(BASE)).toThrow();
    expect(depth).toBe(8);
    expect([other.process.exited, other.process.exitCode]).toEqual([
      true,
      EXCEPTION_STACK_OVERFLOW,
    ]);
  },
  { machine: { handlerDepthLimit: 8 } },
);

rule(
  "17.6#10",
  "a loop ends with an error that names it",
  (scene) => {
    let calls = 0;
    scene.process.addVectoredExceptionHandler(true, () => {
      calls++;
      return EXCEPTION_CONTINUE_EXECUTION;
    });
    expect(() => scene.memory.getUint8(BASE)).toThrow(/handler/i);
    expect(calls).toBe(50);
    calls = 0;
    expect(() => scene.memory.fill(BASE, 1, 8)).toThrow(/handler/i);
    expect(calls).toBe(50);
  },
  { machine: { handlerLoopLimit: 50 } },
);
