/** What VirtualAlloc does in enclaves: docs/pages/kernel32.md. */
import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
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
  SGX,
  SGX2,
  start,
  TYPES,
  VBS,
  WITH_ALL,
} from "../conformance/support/enclave.ts";
import { READ, touch, violation, WRITE } from "../conformance/support/fault.ts";
import { PAGE } from "../conformance/support/scene.ts";
import { allocateError } from "./support/allocate-error.ts";
import { statement } from "./support/statement.ts";

statement(
  10,
  "a page of zeros at the address",
  (scene) => {
    create(scene, SGX);
    expect(commit(scene, AT + 2 * PAGE + 5, 1)).toBe(AT + 2 * PAGE);
    initialize(scene, SGX);
    const zeros = inside(scene, () => scene.memory.read(AT + 2 * PAGE, PAGE));
    expect(zeros.every((byte) => byte === 0)).toBe(true);
  },
  WITH_ALL,
);

statement(
  11,
  "a committed page is refused",
  (scene) => {
    create(scene, SGX);
    commit(scene, AT, PAGE);
    expect(allocateError(scene, AT, PAGE, MEM_COMMIT, PAGE_READWRITE)).toBe(ERROR_INVALID_ADDRESS);
    const two = allocateError(scene, AT, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    expect(two).toBe(ERROR_INVALID_ADDRESS);
  },
  WITH_ALL,
);

statement(
  12,
  "no measurement",
  (scene) => {
    create(scene, SGX);
    commit(scene, AT, 2 * PAGE);
    const pages = scene.process.enclavePages(AT);
    expect(pages.map(({ address, measured }) => [address, measured])).toEqual([
      [AT, false],
      [AT + PAGE, false],
    ]);
  },
  WITH_ALL,
);

statement(
  13,
  "after InitializeEnclave",
  (scene) => {
    start(scene, SGX);
    const error = allocateError(scene, AT + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE);
    expect(error).toBe(ERROR_INVALID_ADDRESS);
  },
  WITH_ALL,
);

statement(
  14,
  "those of SGX1 and VBS, and not those of SGX2",
  (scene) => {
    for (const type of [SGX, VBS]) {
      start(scene, type);
      const error = allocateError(scene, AT + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE);
      expect(error).toBe(ERROR_INVALID_ADDRESS);
      expect(scene.kernel32.DeleteEnclave(AT)).toBe(1);
    }
    start(scene, SGX2);
    expect(commit(scene, AT + PAGE)).toBe(AT + PAGE);
  },
  WITH_ALL,
);

statement(
  15,
  "the page faults inside until it is accepted",
  (scene) => {
    start(scene, SGX2);
    const page = AT + 4 * PAGE;
    expect(commit(scene, page)).toBe(page);
    expect(inside(scene, () => touch(scene, READ, page))).toEqual(violation(READ, page));
    expect(scene.process.acceptEnclavePage(page)).toBe(true);
    expect(inside(scene, () => touch(scene, WRITE, page))).toBe(null);
  },
  WITH_ALL,
);

statement(
  30,
  "any other is refused, with MEM_COMMIT too",
  (scene) => {
    create(scene, SGX);
    for (const type of [
      MEM_RESERVE,
      MEM_RESERVE | MEM_COMMIT,
      MEM_RESET,
      MEM_RESET_UNDO,
      MEM_COMMIT | MEM_TOP_DOWN,
    ]) {
      const error = allocateError(scene, AT, PAGE, type, PAGE_READWRITE);
      expect(error).toBe(ERROR_INVALID_PARAMETER);
    }
    expect(commit(scene, AT)).toBe(AT);
  },
  WITH_ALL,
);

statement(
  69,
  "each of them, before and after the enclave is initialised",
  (scene) => {
    const wrong = [
      PAGE_NOACCESS,
      PAGE_READWRITE | PAGE_GUARD,
      PAGE_READWRITE | PAGE_NOCACHE,
      PAGE_READWRITE | PAGE_WRITECOMBINE,
    ];
    const refuse = () => {
      for (const protect of wrong) {
        const error = allocateError(scene, AT + PAGE, PAGE, MEM_COMMIT, protect);
        expect(error).toBe(ERROR_INVALID_PARAMETER);
      }
    };
    for (const type of TYPES) {
      create(scene, type);
      refuse();
      expect(commit(scene, AT, PAGE)).toBe(AT);
      initialize(scene, type);
      if (type === SGX2) refuse();
      expect(scene.kernel32.DeleteEnclave(AT)).toBe(1);
    }
  },
  WITH_ALL,
);

statement(
  70,
  "these two, and no other",
  (scene) => {
    start(scene, SGX2);
    for (const protect of [PAGE_READONLY, PAGE_EXECUTE_READ]) {
      const error = allocateError(scene, AT + PAGE, PAGE, MEM_COMMIT, protect);
      expect(error).toBe(ERROR_INVALID_PARAMETER);
    }
    expect(commit(scene, AT + PAGE, PAGE, PAGE_READWRITE)).toBe(AT + PAGE);
    expect(commit(scene, AT + 2 * PAGE, PAGE, PAGE_EXECUTE_READWRITE)).toBe(AT + 2 * PAGE);
  },
  WITH_ALL,
);
