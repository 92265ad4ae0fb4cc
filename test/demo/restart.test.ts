import { describe, expect, test } from "vitest";
import { EXCEPTION_INT_DIVIDE_BY_ZERO } from "../../demo/cpu/exception-codes.ts";
import {
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_GUARD_PAGE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { type GuestException, PageFault } from "../../src/index.ts";
import { CpuScene, PAGE_BYTES } from "./cpu-scene.ts";
import { Emulated } from "./emulated.ts";
import { casesOf } from "./instruction-cases.ts";

/** What a step throws. */
function thrown(scene: CpuScene): GuestException {
  let error: unknown;
  try {
    scene.cpu.step();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(Error);
  return error as GuestException;
}

test("a push to a guard page changes nothing, and pushes when it is begun again", async () => {
  const scene = await CpuScene.create();
  scene.place("50"); // push eax
  scene.set({ eax: 0x1234, esp: scene.stackEnd - PAGE_BYTES });
  scene.protect(scene.stackEnd - 2 * PAGE_BYTES, PAGE_READWRITE | PAGE_GUARD);
  const before = structuredClone(scene.cpu.state);
  const top = scene.stackEnd - PAGE_BYTES - 4;
  expect(thrown(scene)).toMatchObject({ code: EXCEPTION_GUARD_PAGE, access: 1, address: top });
  expect(scene.cpu.state).toEqual(before);
  scene.cpu.step();
  expect(scene.memory.getUint32(top)).toBe(0x1234);
  expect(scene.get("esp")).toBe(top);
});

test("rep movsb that faults in the middle goes on from there", async () => {
  const scene = await CpuScene.create();
  scene.place("f3 a4");
  const source = Uint8Array.from({ length: 0x40 }, (_, index) => index + 1);
  scene.memory.write(scene.data, source);
  const target = scene.data + PAGE_BYTES - 0x10;
  scene.set({ esi: scene.data, edi: target, ecx: source.length });
  scene.kernel32.VirtualFree(scene.data + PAGE_BYTES, PAGE_BYTES, MEM_DECOMMIT);
  expect(thrown(scene)).toMatchObject({
    code: EXCEPTION_ACCESS_VIOLATION,
    access: 1,
    address: scene.data + PAGE_BYTES,
  });
  expect(scene.get("ecx")).toBe(source.length - 0x10);
  expect(scene.get("esi")).toBe(scene.data + 0x10);
  expect(scene.get("edi")).toBe(scene.data + PAGE_BYTES);
  expect(scene.cpu.state.eip).toBe(scene.code);
  scene.kernel32.VirtualAlloc(scene.data + PAGE_BYTES, 1, MEM_COMMIT, PAGE_READWRITE);
  scene.cpu.step();
  expect(scene.memory.read(target, source.length)).toEqual(source);
  expect(scene.get("ecx")).toBe(0);
  expect(scene.cpu.state.eip).toBe(scene.code + 2);
});

describe("a fetch at the end of a page", () => {
  test("asks for the next page when the instruction reaches into it", async () => {
    const scene = await CpuScene.create();
    const last = scene.code + PAGE_BYTES - 2;
    scene.place("b8 78 56 34 12", last); // mov eax, 0x12345678
    scene.protect(scene.code + PAGE_BYTES, PAGE_NOACCESS);
    const fault = thrown(scene);
    expect(fault).toMatchObject({
      code: EXCEPTION_ACCESS_VIOLATION,
      access: 8,
      address: scene.code + PAGE_BYTES,
    });
    expect(fault.record.ExceptionAddress).toBe(last);
    scene.protect(scene.code + PAGE_BYTES, PAGE_EXECUTE_READ);
    scene.cpu.step();
    expect(scene.get("eax")).toBe(0x12345678);
  });

  test("and not when it does not", async () => {
    const scene = await CpuScene.create();
    scene.place("40 40", scene.code + PAGE_BYTES - 2); // inc eax, twice
    scene.protect(scene.code + PAGE_BYTES, PAGE_NOACCESS);
    scene.steps(2);
    expect(scene.get("eax")).toBe(2);
    expect(thrown(scene)).toMatchObject({ access: 8, address: scene.code + PAGE_BYTES });
  });
});

test("code that was written since is what is executed", async () => {
  const scene = await CpuScene.create();
  scene.place("c6 05 00 00 00 00 48 40"); // mov byte ptr [the next one], dec eax; inc eax
  scene.memory.setUint32(scene.code + 2, scene.code + 7);
  scene.steps(2);
  expect(scene.get("eax")).toBe(0xffffffff);
});

test("a division by zero is raised with its own address", async () => {
  const scene = await CpuScene.create();
  scene.place("f7 f1"); // div ecx
  scene.set({ eax: 42 });
  const error = thrown(scene);
  expect(error.code).toBe(EXCEPTION_INT_DIVIDE_BY_ZERO);
  expect(error.record.ExceptionAddress).toBe(scene.code);
  expect(scene.cpu.state.eip).toBe(scene.code);
  scene.cpu.process.addVectoredExceptionHandler(true, () => {
    scene.set({ ecx: 2 });
    return -1;
  });
  scene.steps(2);
  expect(scene.get("eax")).toBe(21);
});

test("a stack grows below its guard, and nobody hears of it", async () => {
  const scene = await CpuScene.create();
  const { mainThread } = scene.cpu.process;
  const { base, limit } = mainThread.createStack();
  scene.place("50 eb fd"); // push eax; jmp to it
  scene.set({ esp: base });
  scene.steps(2 * 3 * (PAGE_BYTES / 4));
  expect(scene.get("esp")).toBe(base - 3 * PAGE_BYTES);
  expect(mainThread.stack?.limit).toBeLessThan(limit);
});

test.each([
  ["PAGE_NOACCESS", PAGE_NOACCESS],
  ["PAGE_READONLY", PAGE_READONLY],
  ["PAGE_GUARD", PAGE_READWRITE | PAGE_GUARD],
])("whatever faults on %s comes to the same when it is begun again", async (_, protect) => {
  const emulated = await Emulated.create();
  let faults = 0;
  for (const one of casesOf(3, 3)) {
    const undisturbed = emulated.run(one);
    const disturbed = emulated.run(one, protect, (error, before, after) => {
      expect(error).toBeInstanceOf(PageFault);
      // The string instructions keep in the registers what is done.
      if (one.group !== "strings") expect(after).toEqual(before);
      faults += 1;
    });
    expect(disturbed, `${one.code}`).toEqual(undisturbed);
  }
  expect(faults).toBeGreaterThan(100);
});
