/**
 * Checks that run anywhere: under vitest, in a worker of a browser, in a child process. So they
 * know of no test runner.
 */
export interface Check<Subject> {
  /** What holds. */
  readonly name: string;
  /** Throws where it does not. The subject is new. */
  run(subject: Subject): void | Promise<void>;
}

/** A subject, and how it is put away. */
export interface Opened<Subject> {
  readonly subject: Subject;
  close(): void | Promise<void>;
}

/** What became of the checks, by name: HELD, or what was thrown. */
export type Outcomes = Readonly<Record<string, string>>;

export const HELD = "held";

export async function runChecks<Subject>(
  checks: readonly Check<Subject>[],
  open: () => Opened<Subject> | Promise<Opened<Subject>>,
): Promise<Outcomes> {
  const outcomes: Record<string, string> = {};
  for (const check of checks) {
    const { subject, close } = await open();
    try {
      await check.run(subject);
      outcomes[check.name] = HELD;
    } catch (error) {
      outcomes[check.name] = String(error);
    } finally {
      await close();
    }
  }
  return outcomes;
}

type Comparable = number | string | boolean | ArrayLike<number>;

/** Numbers and words by value, arrays by length and elements. */
export function same(actual: Comparable, expected: Comparable, what: string): void {
  if (typeof actual !== "object" || typeof expected !== "object") {
    if (actual !== expected) throw new Error(`${what}: ${actual}, expected ${expected}`);
    return;
  }
  same(actual.length, expected.length, `${what}, length`);
  for (let index = 0; index < expected.length; index++) {
    if (actual[index] !== expected[index]) {
      throw new Error(`${what}, [${index}]: ${actual[index]}, expected ${expected[index]}`);
    }
  }
}

type ErrorKind = new (...args: never[]) => Error;

/** The action, or the promise that it returns, has to fail with an error of this kind. */
export async function fails(action: () => unknown, kind: ErrorKind, what: string): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (error instanceof kind) return;
    throw new Error(`${what}: threw ${error}, expected ${kind.name}`);
  }
  throw new Error(`${what}: did not throw`);
}

/** `count` bytes that differ from their neighbours, from another start for each `seed`. */
export function pattern(count: number, seed: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    { length: count },
    (_, index) => (seed * 37 + index * 7 + (index >> 8)) & 255,
  );
}

/** Numbers 0 .. below - 1 in an order that a seed gives. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
