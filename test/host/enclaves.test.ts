import { describe, expect, test } from "vitest";
import {
  ENCLAVE_TYPE_SGX,
  ENCLAVE_TYPE_SGX2,
  ENCLAVE_TYPE_VBS,
  MEM_COMMIT,
  MEM_FREE,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_QUERY_INFORMATION,
  PROCESS_VM_OPERATION,
} from "../../src/constants.ts";
import {
  createEnclaveGuest,
  ENCLAVE,
  ENCLAVE_BYTES,
  EnclaveGuest,
  MEGABYTES,
  TYPES,
} from "./enclave-guest.ts";
import { BASE, PAGE, UNTOUCHED } from "./support.ts";

const SGX = ENCLAVE_TYPE_SGX;
const SGX2 = ENCLAVE_TYPE_SGX2;
const VBS = ENCLAVE_TYPE_VBS;

describe("10: making", () => {
  test("#1 the kinds of the machine are supported, and no others", async () => {
    const guest = await createEnclaveGuest({ enclaves: ["SGX2"] });
    const { IsEnclaveTypeSupported } = guest.kernel32;
    expect(guest.answer(() => IsEnclaveTypeSupported(SGX2))).toEqual([1, UNTOUCHED, "10#1"]);
    for (const type of [0, SGX, VBS, SGX | SGX2, 4, 0xffffffff]) {
      expect(guest.answer(() => IsEnclaveTypeSupported(type))).toEqual([0, 50, "10#1"]);
    }
    expect(guest.create(SGX2)).toEqual([ENCLAVE, UNTOUCHED]);
  });

  test("#2 another type cannot be made: 50, whatever else is wrong", async () => {
    const guest = await createEnclaveGuest({ enclaves: ["SGX1"] });
    const { CreateEnclave } = guest.kernel32;
    for (const type of [0, SGX2, VBS, SGX | SGX2]) {
      guest.refused(50, "10#2", () => CreateEnclave(77, 3, 5, 0, type, null, 1, 8));
    }
  });

  test("#3 the information has 4096 or 36 bytes, and can be read", async () => {
    const guest = await createEnclaveGuest();
    const { CreateEnclave } = guest.kernel32;
    const make = (type: number, information: Uint8Array | number | null, length: number) => () =>
      CreateEnclave(-1, ENCLAVE, ENCLAVE_BYTES, 0, type, information, length, null);
    const bytes = new Uint8Array(5000);
    for (const [type, length] of [
      [SGX, 4095],
      [SGX2, 36],
      [VBS, 4096],
      [VBS, 0],
    ] as const) {
      guest.refused(24, "10#3", make(type, bytes, length));
    }
    guest.refused(998, "10#3", make(SGX, null, 4096));
    guest.pages(2);
    guest.refused(998, "10#3", make(SGX, BASE + 2 * PAGE - 4095, 4096));
    expect(make(SGX, BASE + PAGE, 4096)()).toBe(ENCLAVE);
    expect(() => make(SGX, new Uint8Array(36), 4096)()).toThrow(/information must have 4096 bytes/);
  });

  test("#4 SGX: a power of two, at a multiple of it and of 2 MB", async () => {
    const guest = await createEnclaveGuest();
    const wrong = [
      [0, ENCLAVE],
      [3 * MEGABYTES, ENCLAVE],
      [0x800, ENCLAVE],
      [4 * MEGABYTES, ENCLAVE + 2 * MEGABYTES],
      [0x10000, ENCLAVE + 0x10000],
      [2 * MEGABYTES, ENCLAVE + PAGE],
    ] as const;
    for (const type of [SGX, SGX2]) {
      for (const [size, base] of wrong) {
        guest.refused(87, "10#4", () => guest.create(type, base, size)[0]);
      }
      guest.refused(87, "10#4", () => guest.create(type, ENCLAVE, ENCLAVE_BYTES, 3 * MEGABYTES)[0]);
    }
    expect(guest.create(SGX, ENCLAVE, 0x10000)[0]).toBe(ENCLAVE);
    expect(guest.create(SGX, 0x50000000, 16 * MEGABYTES)[0]).toBe(0x50000000);
  });

  test("#4 VBS: a multiple of 2 MB", async () => {
    const guest = await createEnclaveGuest();
    for (const size of [0, PAGE, 3 * MEGABYTES, 2 * MEGABYTES + PAGE]) {
      guest.refused(87, "10#4", () => guest.create(VBS, ENCLAVE, size)[0]);
    }
    const odd = ENCLAVE + 2 * MEGABYTES;
    expect(guest.create(VBS, odd, 6 * MEGABYTES, 99 * MEGABYTES)[0]).toBe(odd);
  });

  test("#4 nothing leaves the address space", async () => {
    const guest = await createEnclaveGuest({ profile: "win32" });
    const { highestUserAddress } = guest.machine;
    const high = 0x7fe00000;
    expect(high + ENCLAVE_BYTES).toBeGreaterThan(highestUserAddress);
    guest.refused(87, "10#4", () => guest.create(SGX, high)[0]);
    guest.refused(87, "10#4", () => guest.create(SGX, 0, 0x80000000)[0]);
    guest.refused(8, "10#5", () => guest.create(SGX, 0, 0x40000000)[0]);
  });

  test("#5 NULL: the lowest place that is aligned; elsewhere a conflict is 487", async () => {
    const guest = await createEnclaveGuest();
    expect(guest.create(SGX, 0, 4 * MEGABYTES)[0]).toBe(4 * MEGABYTES);
    expect(guest.create(VBS, 0, 2 * MEGABYTES)[0]).toBe(2 * MEGABYTES);
    guest.pages(1, PAGE_READWRITE, ENCLAVE + 0x110000);
    guest.refused(487, "10#5", () => guest.create(SGX)[0]);
    guest.refused(87, "10#4", () => guest.create(SGX, 0x10000)[0]);
  });

  test("is a region of reserved private memory that no other call is given", async () => {
    const guest = await createEnclaveGuest();
    guest.enclave(SGX, 2 * MEGABYTES);
    const run = { value: {} as Record<string, number> };
    guest.kernel32.VirtualQuery(2 * MEGABYTES, run as never);
    expect(run.value).toMatchObject({
      AllocationBase: 2 * MEGABYTES,
      AllocationProtect: PAGE_EXECUTE_READWRITE,
      RegionSize: ENCLAVE_BYTES,
      State: MEM_RESERVE,
      Type: 0x20000,
    });
    const { VirtualAlloc } = guest.kernel32;
    expect(VirtualAlloc(0, 2 * MEGABYTES, MEM_RESERVE, PAGE_READWRITE)).toBe(4 * MEGABYTES);
  });

  test("the first commitment has to be possible, and is charged page by page", async () => {
    const guest = await createEnclaveGuest({ commitLimit: 20 });
    const { commitCharge } = guest.machine.counters;
    guest.refused(1455, "10#5", () => guest.create(SGX, ENCLAVE, ENCLAVE_BYTES, 21 * PAGE)[0]);
    expect(guest.create(SGX, ENCLAVE, ENCLAVE_BYTES, 10 * PAGE)[0]).toBe(ENCLAVE);
    expect(guest.machine.counters.commitCharge).toBe(commitCharge);
    expect(guest.load(ENCLAVE, new Uint8Array(3 * PAGE))).toBe(1);
    expect(guest.machine.counters.commitCharge).toBe(commitCharge + 3);
    guest.refused(1455, "10#6", () => guest.load(ENCLAVE + 3 * PAGE, new Uint8Array(20 * PAGE)));
  });

  test("goes through a handle with PROCESS_VM_OPERATION", async () => {
    const guest = await createEnclaveGuest();
    const other = new EnclaveGuest(guest.machine);
    const { OpenProcess, CreateEnclave, InitializeEnclave } = guest.kernel32;
    const weak = OpenProcess(PROCESS_QUERY_INFORMATION, 0, other.process.id);
    const strong = OpenProcess(PROCESS_VM_OPERATION, 0, other.process.id);
    const bytes = new Uint8Array(4096);
    const make = (handle: number) => () =>
      CreateEnclave(handle, ENCLAVE, ENCLAVE_BYTES, 0, SGX, bytes, 4096, null);
    guest.refused(5, "10#5", make(weak));
    guest.refused(6, "10#5", make(404));
    expect(make(strong)()).toBe(ENCLAVE);
    expect(guest.page(ENCLAVE).state).toBe(MEM_FREE);
    expect(guest.load(ENCLAVE, bytes.fill(7), PAGE_READWRITE, weak)).toBe(0);
    expect(guest.load(ENCLAVE, bytes, PAGE_READWRITE, strong)).toBe(1);
    expect(InitializeEnclave(strong, ENCLAVE, bytes, 4096, null)).toBe(1);
    expect(other.inside(ENCLAVE, () => other.memory.getUint8(ENCLAVE + 99))).toBe(7);
    other.process.verifySpace();
  });
});

describe("10#7 InitializeEnclave", () => {
  test.each(TYPES)("type %i: once, with the right information", async (type) => {
    const guest = await createEnclaveGuest();
    guest.enclave(type);
    const { InitializeEnclave } = guest.kernel32;
    const bytes = new Uint8Array(4096);
    const length = type === VBS ? 8 : 4096;
    const error = { value: 5 };
    const start = (address: number, count: number) => () =>
      InitializeEnclave(-1, address, bytes, count, error);
    guest.refused(87, "10#7", start(BASE, length));
    guest.refused(24, "10#7", start(ENCLAVE, length - 1));
    expect(error.value).toBe(5);
    expect(start(ENCLAVE + 0x12345, length)()).toBe(1);
    expect(error.value).toBe(0);
    guest.refused(349, "10#7", start(ENCLAVE, length));
    expect(error.value).not.toBe(0);
  });

  test("nobody enters before", async () => {
    const guest = await createEnclaveGuest();
    guest.enclave(SGX);
    expect(() => guest.inside(ENCLAVE, () => 1)).toThrow(/no initialised enclave begins at/);
    expect(() => guest.inside(BASE, () => 1)).toThrow(RangeError);
    guest.initialize(ENCLAVE, SGX);
    expect(() => guest.inside(ENCLAVE + PAGE, () => 1)).toThrow(RangeError);
    expect(guest.inside(ENCLAVE, () => 1)).toBe(1);
  });
});

describe("10#8 #9 the end", () => {
  test.each(TYPES)("type %i: the range is free, its memory is back", async (type) => {
    const guest = await createEnclaveGuest();
    const { counters } = guest.machine;
    const { frames, commitCharge } = counters;
    guest.running(type);
    guest.inside(ENCLAVE, () => guest.memory.setUint8(ENCLAVE + PAGE, 1));
    const { DeleteEnclave } = guest.kernel32;
    guest.refused(87, "10#8", () => DeleteEnclave(ENCLAVE + PAGE));
    guest.refused(87, "10#8", () => DeleteEnclave(BASE));
    expect(guest.answer(() => DeleteEnclave(ENCLAVE))).toEqual([1, UNTOUCHED, "10#8"]);
    expect(guest.page(ENCLAVE)).toEqual({ state: MEM_FREE, protect: PAGE_NOACCESS });
    expect(guest.machine.counters).toMatchObject({ frames, commitCharge });
    guest.refused(87, "10#8", () => DeleteEnclave(ENCLAVE));
    guest.process.verifySpace();
  });

  test("a thread inside keeps it: 814", async () => {
    const guest = await createEnclaveGuest();
    guest.running(SGX);
    const { DeleteEnclave, VirtualFree } = guest.kernel32;
    const other = guest.process.createThread();
    guest.inside(ENCLAVE, () => {
      guest.refused(814, "10#8", () => DeleteEnclave(ENCLAVE));
      guest.refused(814, "10#13", () => VirtualFree(ENCLAVE, 0, 0x8000));
      other.runInEnclave(ENCLAVE, () => undefined);
      guest.refused(814, "10#8", () => DeleteEnclave(ENCLAVE));
    });
    expect(DeleteEnclave(ENCLAVE)).toBe(1);
  });

  test("TerminateEnclave: VBS alone; threads are put out and nobody enters", async () => {
    const guest = await createEnclaveGuest();
    guest.running(SGX);
    const vbs = ENCLAVE + ENCLAVE_BYTES;
    guest.running(VBS, vbs);
    const { TerminateEnclave, DeleteEnclave } = guest.kernel32;
    guest.refused(50, "10#9", () => TerminateEnclave(ENCLAVE, 1));
    guest.refused(87, "10#9", () => TerminateEnclave(BASE, true));
    guest.inside(vbs, () => {
      guest.memory.setUint8(vbs + PAGE, 5);
      expect(guest.answer(() => TerminateEnclave(vbs, 0))).toEqual([1, UNTOUCHED, "10#9"]);
      expect(guest.memory.getUint8(vbs + PAGE)).toBe(0xff);
      expect(DeleteEnclave(vbs)).toBe(1);
    });
    guest.process.verifySpace();
    guest.enclave(VBS, vbs);
    expect(TerminateEnclave(vbs, 1)).toBe(1);
    expect(() => guest.inside(vbs, () => 1)).toThrow(RangeError);
    expect(guest.answer(() => guest.initialize(vbs, VBS))).toEqual([0, 349, "10#7"]);
  });

  test("CallEnclave: VBS alone; the host runs the routine", async () => {
    const guest = await createEnclaveGuest();
    guest.running(SGX);
    const vbs = ENCLAVE + ENCLAVE_BYTES;
    guest.enclave(VBS, vbs);
    const { CallEnclave } = guest.kernel32;
    const value = { value: 0 as number | bigint };
    const call = (routine: number) => () => CallEnclave(routine, 21, 1, value);
    guest.refused(50, "10#9", call(ENCLAVE));
    guest.refused(87, "10#9", call(BASE));
    guest.refused(87, "10#9", call(vbs));
    guest.kernel32.VirtualAlloc(vbs, PAGE, MEM_COMMIT, PAGE_EXECUTE_READWRITE);
    guest.initialize(vbs, VBS);
    guest.refused(120, "10#9", call(vbs + 0x10));
    guest.process.enclaveRoutine = (routine, parameter) => {
      expect(routine).toBe(vbs + 0x10);
      guest.memory.setUint8(vbs, 3);
      return guest.memory.getUint8(vbs) + Number(parameter);
    };
    expect(guest.answer(call(vbs + 0x10))).toEqual([1, UNTOUCHED, "10#9"]);
    expect(value.value).toBe(24);
    guest.pages(1);
    expect(CallEnclave(vbs + 0x10, 40n, false, BASE + 8)).toBe(1);
    expect(guest.memory.getUint32(BASE + 8)).toBe(43);
    guest.refused(998, "10#9", () => CallEnclave(vbs + 0x10, 1, 1, BASE + PAGE));
  });

  test("a process takes its enclaves with it, whoever is inside", async () => {
    const guest = await createEnclaveGuest();
    const { machine } = guest;
    guest.running(SGX);
    guest.inside(ENCLAVE, () => guest.process.exit());
    expect(machine.counters).toMatchObject({ commitCharge: 0, frames: 0 });
  });
});

describe("10#13 to #15 VirtualFree and VirtualProtect", () => {
  test("#13 RELEASE deletes an SGX enclave, not a VBS one, and never a part", async () => {
    const guest = await createEnclaveGuest();
    const vbs = ENCLAVE + ENCLAVE_BYTES;
    const { VirtualFree } = guest.kernel32;
    guest.running(SGX);
    guest.running(VBS, vbs);
    guest.refused(87, "10#13", () => VirtualFree(vbs, 0, 0x8000));
    guest.refused(487, "10#13", () => VirtualFree(ENCLAVE + PAGE, 0, 0x8000));
    const size = { value: PAGE };
    const base = { value: ENCLAVE };
    expect(guest.ntdll.NtFreeVirtualMemory(-1, base, size, 0x8000)).toBe(0xc000001a);
    guest.refused(87, "10#14", () => VirtualFree(ENCLAVE, PAGE, 0x8002));
    expect(VirtualFree(ENCLAVE, 0, 0x8000)).toBe(1);
    expect(guest.page(ENCLAVE).state).toBe(MEM_FREE);
    guest.process.verifySpace();
  });

  test("#14 DECOMMIT: SGX2 alone, anywhere", async () => {
    const guest = await createEnclaveGuest();
    const { VirtualFree } = guest.kernel32;
    for (const [index, type] of [SGX, VBS].entries()) {
      const base = ENCLAVE + index * ENCLAVE_BYTES;
      guest.running(type, base);
      guest.refused(87, "10#14", () => VirtualFree(base + PAGE, PAGE, 0x4000));
      guest.refused(87, "10#14", () => VirtualFree(base, 0, 0x4000));
    }
    const dynamic = ENCLAVE + 2 * ENCLAVE_BYTES;
    guest.running(SGX2, dynamic);
    expect(VirtualFree(dynamic + PAGE, 1, 0x4000)).toBe(1);
    expect(guest.page(dynamic + PAGE).state).toBe(MEM_RESERVE);
    expect(guest.process.enclavePages(dynamic).map(({ address }) => address)).toEqual([dynamic]);
    guest.process.verifySpace();
    expect(VirtualFree(dynamic, 0, 0x4000)).toBe(1);
    expect(guest.process.enclavePages(dynamic)).toEqual([]);
  });

  test.each(TYPES)("#15 type %i: rights can only go, and only after the start", async (type) => {
    const guest = await createEnclaveGuest();
    guest.enclave(type);
    const { VirtualAlloc, VirtualProtect } = guest.kernel32;
    VirtualAlloc(ENCLAVE, 3 * PAGE, MEM_COMMIT, PAGE_EXECUTE_READWRITE);
    const old = { value: 0 };
    const protect = (page: number, count: number, protection: number) => () =>
      VirtualProtect(ENCLAVE + page * PAGE, count * PAGE, protection, old);
    guest.refused(87, "10#15", protect(0, 1, PAGE_READONLY));
    guest.initialize(ENCLAVE, type);
    expect(protect(0, 1, PAGE_EXECUTE_READ)()).toBe(1);
    expect(old.value).toBe(PAGE_EXECUTE_READWRITE);
    expect(protect(1, 1, PAGE_READWRITE)()).toBe(1);
    guest.refused(87, "10#15", protect(0, 1, PAGE_READWRITE));
    guest.refused(87, "10#15", protect(1, 1, PAGE_EXECUTE_READ));
    guest.refused(87, "10#15", protect(0, 3, PAGE_EXECUTE_READWRITE));
    expect(protect(0, 3, PAGE_READONLY)()).toBe(1);
    for (const modified of [0x102, 0x202, 0x402]) {
      guest.refused(87, "10#15", protect(0, 1, modified));
    }
    guest.refused(487, "3.3#11", protect(2, 2, PAGE_READONLY));
    expect(protect(0, 1, PAGE_NOACCESS)()).toBe(1);
    expect(guest.page(ENCLAVE).protect).toBe(PAGE_NOACCESS);
  });
});
