import { expect, test } from "vitest";
import { PAGE_EXECUTE_READ, SEC_IMAGE, SEC_IMAGE_NO_EXECUTE } from "../../src/constants.ts";
import { MemoryFile, type Process } from "../../src/index.ts";
import { createMachine } from "../setup/machine.ts";
import { program } from "../setup/portable-executable.ts";
import { pick, randomFrom } from "../unit/random.ts";
import {
  CODE,
  CODE_AT,
  DATA,
  DATA_AT,
  mapped,
  programFile,
  SECTIONS,
  SHARED_AT,
  used,
} from "./image-guest.ts";
import { createGuest, Guest, PAGE, PLACES } from "./support.ts";

test("WriteProcessMemory patches code for one process, and is charged (12.3, 13)", async () => {
  const machine = await createMachine();
  const [first, second] = [new Guest(machine), new Guest(machine)];
  const file = programFile();
  const [one, two] = [mapped(first, file), mapped(second, file)];
  const { commitCharge } = machine.counters;
  const done = { value: 0 };
  const patch = (at: number) => {
    return first.kernel32.WriteProcessMemory(-1, at, Uint8Array.of(0xcc), 1, done);
  };
  expect(patch(one + CODE_AT)).toBe(1);
  expect(machine.counters.commitCharge).toBe(commitCharge + 1);
  expect(patch(one + CODE_AT + 1)).toBe(1);
  expect(patch(one + DATA_AT)).toBe(1);
  expect(machine.counters.commitCharge).toBe(commitCharge + 1);
  expect(first.page(one + CODE_AT).protect).toBe(PAGE_EXECUTE_READ);
  expect(first.memory.getUint16(one + CODE_AT)).toBe(0xcccc);
  expect(second.memory.getUint8(two + CODE_AT)).toBe(CODE.contents[0]);
  expect(second.memory.getUint8(two + DATA_AT)).toBe(DATA.contents[0]);
  expect(patch(one + SHARED_AT)).toBe(1);
  expect(second.memory.getUint8(two + SHARED_AT)).toBe(0xcc);
  expect(patch(one)).toBe(0);
  for (const guest of [first, second]) guest.process.verifySpace();
});

test("WriteProcessMemory to code fails beyond the commit limit (13)", async () => {
  const machine = await createMachine({ commitLimit: 1 });
  const guest = new Guest(machine);
  const base = mapped(guest, programFile());
  const done = { value: 0 };
  const bytes = Uint8Array.of(0xcc);
  expect(guest.kernel32.WriteProcessMemory(-1, base + CODE_AT, bytes, 1, done)).toBe(0);
  expect([guest.kernel32.GetLastError(), machine.decision]).toEqual([1455, "13#9"]);
  expect(guest.memory.getUint8(base + CODE_AT)).toBe(CODE.contents[0]);
});

test("a debugger's breakpoint is in one process alone", async () => {
  const machine = await createMachine();
  const [first, second] = [new Guest(machine), new Guest(machine)];
  const file = programFile();
  const [one, two] = [mapped(first, file), mapped(second, file)];
  expect(first.process.debugView.write(one + CODE_AT, Uint8Array.of(0xcc))).toBe(1);
  expect(first.memory.fetch(one + CODE_AT, 1)).toEqual(Uint8Array.of(0xcc));
  expect(second.memory.fetch(two + CODE_AT, 1)).toEqual(CODE.contents.subarray(0, 1));
  expect(first.page(one + CODE_AT).protect).toBe(PAGE_EXECUTE_READ);
  for (const guest of [first, second]) guest.process.verifySpace();
});

/** Maps what can be mapped, touches all of it, and takes it away. */
function exercise(
  guest: Guest,
  process: Process,
  contents: Uint8Array,
  random: (n: number) => number,
) {
  const { ntdll, kernel32, memory } = guest;
  const handle = process.openFile(new MemoryFile({ contents }));
  const attributes = random(2) === 0 ? SEC_IMAGE : SEC_IMAGE_NO_EXECUTE;
  const section = kernel32.CreateFileMapping(handle, null, 2 | attributes, 0, 0, null);
  if (section === 0) {
    expect(kernel32.GetLastError()).toBe(193);
  } else {
    const [base, size] = [{ value: 0 }, { value: 0 }];
    const status = ntdll.NtMapViewOfSection(section, -1, base, 0, 0, null, size, 1, 0, 2);
    if (status === 0 || status === 0x40000003) {
      for (let at = base.value; at < base.value + Math.min(size.value, 0x20000); at += PAGE) {
        const { state, protect } = guest.page(at);
        if (state !== 0x1000 || protect === 1) continue;
        memory.getUint8(at);
        if ((protect & 0xcc) !== 0) memory.setUint8(at, 1);
      }
      process.verifySpace();
      expect(kernel32.UnmapViewOfFile(base.value)).toBe(1);
    } else {
      expect([0xc0000017, 0xc000012d, 0xc000009a]).toContain(status);
    }
    kernel32.CloseHandle(section);
  }
  kernel32.CloseHandle(handle);
}

test.each(PLACES)("hostile headers: $profile $space", async (place) => {
  const guest = await createGuest(place);
  const random = randomFrom(11);
  const programs = [false, true].map((wide) => program({ wide, sections: SECTIONS }));
  const before = used(guest.machine);
  for (let round = 0; round < 100; round++) {
    const bytes = pick(programs, random).slice();
    for (let flips = random(3); flips >= 0; flips--) {
      bytes[random(0x200)] = pick([0, 1, 0x10, 0x80, 0xff, random(256)], random);
    }
    const contents = random(6) === 0 ? bytes.subarray(0, random(bytes.length + 1)) : bytes;
    exercise(guest, guest.process, contents, random);
    expect(used(guest.machine)).toEqual(before);
  }
});
