import { expect, test } from "vitest";
import { UnknownInstruction } from "../../demo/cpu/unknown-instruction.ts";
import { CpuScene } from "./cpu-scene.ts";

/** Those that a 64-bit processor does otherwise, or that need the stack of the guest. */
async function scene(code: string): Promise<CpuScene> {
  const made = await CpuScene.create();
  made.place(code);
  return made;
}

test("pushad pushes ESP as it was, and popad leaves ESP alone", async () => {
  const made = await scene("60 31 c0 31 f6 61"); // pushad; xor eax, eax; xor esi, esi; popad
  made.set({ eax: 1, ecx: 2, edx: 3, ebx: 4, ebp: 6, esi: 7, edi: 8 });
  const before = structuredClone(made.cpu.state.general);
  made.steps(1);
  const pushed = before.map((_, index) => made.memory.getUint32(made.stackEnd - 4 * (index + 1)));
  expect(pushed).toEqual(before);
  made.memory.setUint32(made.stackEnd - 4 * 5, 0);
  made.steps(3);
  expect(made.cpu.state.general).toEqual(before);
});

test("push esp pushes the old one, pop esp takes what was there", async () => {
  const made = await scene("54 5c"); // push esp; pop esp
  made.steps(1);
  expect(made.memory.getUint32(made.stackEnd - 4)).toBe(made.stackEnd);
  made.steps(1);
  expect(made.get("esp")).toBe(made.stackEnd);
});

test("pop to an address by ESP counts from behind the pop", async () => {
  const made = await scene("6a 05 6a 07 8f 04 24"); // push 5; push 7; pop [esp]
  made.steps(3);
  expect(made.get("esp")).toBe(made.stackEnd - 4);
  expect(made.memory.getUint32(made.stackEnd - 4)).toBe(7);
});

test("words are pushed and popped as words", async () => {
  const made = await scene("66 6a ff 66 68 34 12 66 58 66 8f 01"); // push, push, pop ax, pop [ecx]
  made.set({ eax: 0xaaaa0000, ecx: made.data });
  made.steps(2);
  expect(made.get("esp")).toBe(made.stackEnd - 4);
  made.steps(2);
  expect(made.get("eax")).toBe(0xaaaa1234);
  expect(made.memory.getUint32(made.data)).toBe(0xffff);
  expect(made.get("esp")).toBe(made.stackEnd);
});

test("a frame: push ebp, mov ebp, esp, sub, leave, ret 8", async () => {
  const made = await scene("e8 0b 00 00 00"); // call
  made.memory.write(made.code + 0x10, Uint8Array.of(0x55, 0x89, 0xe5, 0x83, 0xec, 0x20, 0xc9));
  made.memory.write(made.code + 0x17, Uint8Array.of(0xc2, 8, 0)); // ret 8
  made.set({ ebp: 0x1234 });
  made.steps(4);
  expect(made.get("ebp")).toBe(made.stackEnd - 8);
  expect(made.get("esp")).toBe(made.stackEnd - 8 - 0x20);
  made.steps(2);
  expect(made.get("ebp")).toBe(0x1234);
  expect(made.cpu.state.eip).toBe(made.code + 5);
  expect(made.get("esp")).toBe(made.stackEnd + 8);
});

test("calls and jumps through registers and memory", async () => {
  const made = await scene("ff d0 90 90 ff 21"); // call eax; ...; jmp [ecx]
  made.set({ eax: made.code + 4, ecx: made.data });
  made.memory.setUint32(made.data, 0x5678);
  made.steps(1);
  expect(made.memory.getUint32(made.stackEnd - 4)).toBe(made.code + 2);
  made.steps(1);
  expect(made.cpu.state.eip).toBe(0x5678);
});

test("inc and dec in one byte keep the carry", async () => {
  const made = await scene("f9 40 48"); // stc; inc eax; dec eax
  made.set({ eax: 0xffffffff });
  made.steps(2);
  expect([made.get("eax"), made.cpu.state.eflags & 0x41]).toEqual([0, 0x41]);
  made.steps(1);
  expect([made.get("eax"), made.cpu.state.eflags & 0x41]).toEqual([0xffffffff, 1]);
});

test("addresses of 16 bits wrap, and absolute ones need no register", async () => {
  const made = await scene("67 8d 00 a1 00 00 00 00"); // lea eax, [bx + si]; mov eax, [data]
  made.set({ ebx: 0x1ffff, esi: 0x2 });
  made.memory.setUint32(made.code + 4, made.data);
  made.memory.setUint32(made.data, 99);
  made.steps(1);
  expect(made.get("eax")).toBe(1);
  made.steps(1);
  expect(made.get("eax")).toBe(99);
});

test.each([
  ["0f 0b", "0f 0b ud2"],
  ["64 a1 00 00 00 00", "64 a1 00 00 00 00 mov"],
  ["66 c3", "66 c3 ret"],
  ["66 c9", "66 c9 leave"],
  ["8e d8", "8e d8 mov"],
  ["1e", "1e push"],
  ["07", "07 pop"],
  ["67 e2 fe", "67 e2 fe loop"],
  ["67 a4", "67 a4 movsb"],
  ["f2 0f 10 c1", "f2 0f 10 c1 movsd"],
  ["66 0f c8", "66 0f c8 bswap"],
  ["d9 e8", "d9 e8 fld1"],
  ["f4", "f4 hlt"],
])("%s is unknown, and changes nothing", async (code, said) => {
  const made = await scene(code);
  const before = structuredClone(made.cpu.state);
  const address = `0x${made.code.toString(16).padStart(8, "0")}`;
  expect(() => made.cpu.step()).toThrow(UnknownInstruction);
  expect(() => made.cpu.step()).toThrow(`no such instruction at ${address}: ${said}`);
  expect(made.cpu.state).toEqual(before);
});
