/**
 * What a program can do with the objects of a machine. Every method counts as a call but those that
 * are named here: what only other parts of guardpage call, and what changes nothing that a guest
 * could see. Methods whose names end in Async make calls of others, which count.
 */
export interface Surface {
  /** Methods that are no calls. */
  readonly apart: readonly string[];
  /** Fields that a program sets. */
  readonly fields: readonly string[];
}

export const MACHINE: Surface = {
  apart: [
    ...["nextThreadId", "threadRefused", "destroySpace", "processEnded", "processRestored"],
    ...["hash", "hashAsync", "snapshot", "snapshotAsync"],
  ],
  fields: [],
};

export const PROCESS: Surface = {
  apart: [
    "enter",
    "alive",
    "handleOpened",
    "handleClosed",
    "enclaveLeft",
    "verifySpace",
    "forgetMaps",
  ],
  fields: [
    "currentThread",
    "instructionPointer",
    "contextProvider",
    "enclaveRoutine",
    "instructionCacheFlushed",
  ],
};

export const THREAD: Surface = { apart: [], fields: ["lastError", "stack"] };

export const STACK: Surface = { apart: [], fields: ["base", "limit", "deallocationStack"] };

export const MEMORY: Surface = { apart: ["renew", "close", "ask"], fields: [] };

/** Of `process.system`, `process.debugView`. */
export const PLAIN: Surface = { apart: [], fields: [] };

export const GENERATED_CODE: Surface = { apart: ["stop", "poll", "onPoll"], fields: [] };

/** The methods of an object that are calls, those of its classes included. */
export function callsOf(object: object, { apart }: Surface): string[] {
  const names = new Set<string>();
  for (let at: object = Object.getPrototypeOf(object); at !== Object.prototype; ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === "function" && name !== "constructor") names.add(name);
    }
    at = Object.getPrototypeOf(at);
  }
  return [...names].filter((name) => !apart.includes(name) && !name.endsWith("Async"));
}

/** The field as the object or its classes have it. */
export function fieldOf(object: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

/** Whether an object has methods: then it is no plain data. */
export function hasMethods(value: object): boolean {
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return false;
  for (let at: object | null = value; at !== null && at !== Object.prototype; ) {
    for (const [name, { value: field }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof field === "function" && name !== "constructor") return true;
    }
    at = Object.getPrototypeOf(at);
  }
  return false;
}
