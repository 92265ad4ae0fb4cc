import { describe, expect, test } from "vitest";
import {
  ENCLAVE_TYPE_SGX,
  ENCLAVE_TYPE_SGX2,
  ENCLAVE_TYPE_VBS,
  MEM_COMMIT,
  MEM_PHYSICAL,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_READWRITE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_ALL_ACCESS,
} from "../../src/constants.ts";
import { createMachine } from "../setup/machine.ts";
import {
  createEnclaveGuest,
  ENCLAVE,
  ENCLAVE_BYTES,
  EnclaveGuest,
  TYPES,
} from "./enclave-guest.ts";
import { BASE, faultOf, PAGE, PLACES, UNTOUCHED } from "./support.ts";

const SGX = ENCLAVE_TYPE_SGX;
const SGX2 = ENCLAVE_TYPE_SGX2;
const VBS = ENCLAVE_TYPE_VBS;
/** Zeros, committed by `running`. */
const DATA = ENCLAVE + PAGE;

describe.each(PLACES)("10#16 from outside: $profile, $space", ({ space, ...options }) => {
  const create = async () => {
    const enclaves = ["SGX1", "SGX2", "VBS"] as const;
    const guest = new EnclaveGuest(await createMachine({ ...options, enclaves }), { space });
    guest.running(SGX);
    return guest;
  };

  test("all ones are read, of every size, and no frame is taken", async () => {
    const guest = await create();
    const { memory } = guest;
    const { frames } = guest.machine.counters;
    const { residentPages } = guest.process.counters;
    expect(memory.getUint8(DATA)).toBe(0xff);
    expect(memory.getUint16(DATA + 1)).toBe(0xffff);
    expect(memory.getUint32(ENCLAVE + 8)).toBe(0xffffffff);
    expect(memory.getBigUint64(DATA - 3)).toBe(2n ** 64n - 1n);
    expect(memory.getFloat64(DATA)).toBeNaN();
    expect([...memory.read(ENCLAVE + PAGE - 2, 4)]).toEqual([255, 255, 255, 255]);
    expect([...memory.fetch(DATA, 3)]).toEqual([255, 255, 255]);
    expect(memory.compare(ENCLAVE, DATA, PAGE)).toBe(0);
    expect(guest.machine.counters.frames).toBe(frames);
    expect(guest.process.counters.residentPages).toBe(residentPages);
  });

  test("writes are dropped, to read-only pages too", async () => {
    const guest = await create();
    const { memory } = guest;
    memory.setUint8(DATA, 1);
    memory.setUint32(ENCLAVE, 2);
    memory.setBigUint64(DATA - 4, 3n);
    memory.write(DATA, new Uint8Array(PAGE).fill(4));
    memory.fill(ENCLAVE, 5, 2 * PAGE);
    memory.copy(DATA + 8, ENCLAVE, PAGE - 8);
    expect(memory.getUint8(DATA)).toBe(0xff);
    const bytes = guest.inside(ENCLAVE, () => memory.read(ENCLAVE, 2 * PAGE));
    expect(new Set(bytes.subarray(0, PAGE))).toEqual(new Set([0x11]));
    expect(new Set(bytes.subarray(PAGE))).toEqual(new Set([0]));
    guest.process.verifySpace();
  });

  test("from inside it is memory with protections, and the rest of the process too", async () => {
    const guest = await create();
    const { memory } = guest;
    guest.pages(1);
    guest.inside(ENCLAVE, () => {
      memory.setUint32(DATA + 4, 0xfeed);
      memory.setUint32(BASE, 0xbeef);
      memory.copy(BASE + 8, DATA, 8);
      expect(memory.getUint32(BASE + 12)).toBe(0xfeed);
      expect(memory.getUint32(BASE)).toBe(0xbeef);
      expect(faultOf(() => memory.setUint8(ENCLAVE, 1))).toMatchObject({ access: 1 });
      expect(faultOf(() => memory.fetch(DATA, 1))).toMatchObject({ access: 8 });
      guest.process.verifySpace();
    });
    expect(memory.getUint32(DATA + 4)).toBe(0xffffffff);
    expect(guest.inside(ENCLAVE, () => memory.getUint32(DATA + 4))).toBe(0xfeed);
  });

  test("what is not committed faults from everywhere", async () => {
    const guest = await create();
    const read = () => guest.memory.getUint8(ENCLAVE + 2 * PAGE);
    expect(faultOf(read)).toMatchObject({ code: 0xc0000005, address: ENCLAVE + 2 * PAGE });
    expect(guest.machine.decision).toBe("4.1#2");
    expect(guest.inside(ENCLAVE, () => faultOf(read).code)).toBe(0xc0000005);
  });

  test("a read that goes on into memory behind the enclave finds that memory", async () => {
    const guest = await create();
    const last = ENCLAVE + ENCLAVE_BYTES - PAGE;
    guest.kernel32.VirtualFree(ENCLAVE, 0, 0x8000);
    guest.enclave(SGX);
    guest.load(last, new Uint8Array(PAGE));
    const behind = ENCLAVE + ENCLAVE_BYTES;
    guest.pages(1, PAGE_READWRITE, behind);
    guest.memory.fill(behind, 0x33, PAGE);
    const bytes = guest.memory.read(last, 2 * PAGE);
    expect([bytes[PAGE - 1], bytes[PAGE], bytes[2 * PAGE - 1]]).toEqual([0xff, 0x33, 0x33]);
    guest.memory.write(last, new Uint8Array(2 * PAGE).fill(0x44));
    expect(guest.memory.getUint8(behind + PAGE - 1)).toBe(0x44);
  });
});

describe("10#16 who is inside", () => {
  test("another enclave, another thread and another process are outside", async () => {
    const guest = await createEnclaveGuest();
    const second = guest.running(SGX2, ENCLAVE + ENCLAVE_BYTES);
    guest.running(SGX);
    const other = guest.process.createThread();
    const process = new EnclaveGuest(guest.machine);
    const read = () => guest.memory.getUint8(ENCLAVE);
    const handle = process.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, guest.process.id);
    guest.inside(ENCLAVE, () => {
      expect(read()).toBe(0x11);
      expect(guest.memory.getUint8(second)).toBe(0xff);
      expect(other.run(read)).toBe(0xff);
      expect(read()).toBe(0x11);
      guest.process.currentThread = other;
      expect(read()).toBe(0xff);
      guest.process.currentThread = guest.process.mainThread;
      const bytes = new Uint8Array(2);
      const done = { value: 0 };
      expect(process.kernel32.ReadProcessMemory(handle, ENCLAVE, bytes, 2, done)).toBe(1);
      expect([...bytes]).toEqual([0xff, 0xff]);
      expect(read()).toBe(0x11);
      expect(guest.inside(second, read)).toBe(0xff);
      expect(read()).toBe(0x11);
    });
    expect(read()).toBe(0xff);
  });

  test("an exception through the body leaves the enclave", async () => {
    const guest = await createEnclaveGuest();
    guest.running(SGX);
    const fault = () => guest.inside(ENCLAVE, () => guest.memory.getUint8(16));
    expect(fault).toThrow();
    expect(guest.memory.getUint8(ENCLAVE)).toBe(0xff);
    expect(guest.kernel32.DeleteEnclave(ENCLAVE)).toBe(1);
  });

  test("services and WriteProcessMemory are outside; a debugger sees through", async () => {
    const guest = await createEnclaveGuest();
    guest.running(SGX);
    const { system, debugView } = guest.process;
    const bytes = new Uint8Array(4);
    expect(system.copyIn(ENCLAVE, bytes)).toEqual({ status: 0, transferred: 4 });
    expect([...bytes]).toEqual([255, 255, 255, 255]);
    expect(system.copyOut(DATA, bytes)).toEqual({ status: 0, transferred: 4 });
    const { WriteProcessMemory, VirtualQuery, VirtualProtect } = guest.kernel32;
    expect(WriteProcessMemory(-1, DATA, bytes, 4, null)).toBe(1);
    guest.pages(1);
    expect(VirtualProtect(BASE, PAGE, PAGE_READONLY, DATA)).toBe(1);
    expect(VirtualQuery(BASE, DATA + 64)).not.toBe(0);
    expect([...debugView.read(DATA, 100).bytes]).toEqual(new Array(100).fill(0));
    expect([...debugView.read(ENCLAVE, 2).bytes]).toEqual([0x11, 0x11]);
    expect(debugView.write(DATA, Uint8Array.of(9))).toBe(1);
    expect(guest.inside(ENCLAVE, () => guest.memory.getUint8(DATA))).toBe(9);
    guest.process.verifySpace();
  });

  test("its pages cannot be locked", async () => {
    const guest = await createEnclaveGuest();
    guest.running(SGX);
    guest.refused(87, "17.10#6", () => guest.kernel32.VirtualLock(DATA, PAGE));
  });
});

describe("10#10 to #12, 17.2#11 to #14 VirtualAlloc in an enclave", () => {
  test.each(TYPES)("type %i before the start: zeros that nobody measures", async (type) => {
    const guest = await createEnclaveGuest();
    guest.enclave(type);
    const { VirtualAlloc } = guest.kernel32;
    const { commitCharge } = guest.machine.counters;
    const commit =
      (page: number, size: number, protect = PAGE_READWRITE) =>
      () =>
        VirtualAlloc(ENCLAVE + page * PAGE, size, MEM_COMMIT, protect);
    expect(guest.answer(commit(1, 3 * PAGE))).toEqual([ENCLAVE + PAGE, UNTOUCHED, "10#10"]);
    expect(commit(8, PAGE, PAGE_EXECUTE_READWRITE)()).toBe(ENCLAVE + 8 * PAGE);
    expect(guest.machine.counters.commitCharge).toBe(commitCharge + 4);
    expect(guest.process.enclavePages(ENCLAVE)).toEqual(
      [1, 2, 3, 8].map((page) => ({
        address: ENCLAVE + page * PAGE,
        protect: page === 8 ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE,
        measured: false,
        pending: false,
      })),
    );
    guest.refused(487, "17.2#11", commit(0, 2 * PAGE));
    guest.refused(487, "17.2#11", commit(3, PAGE));
    guest.refused(487, "17.2#11", commit(511, 2 * PAGE));
    for (const protect of [0x01, 0x02, 0x10, 0x20, 0x104, 0x204, 0x404]) {
      guest.refused(87, "10#10", commit(20, PAGE, protect));
    }
    guest.initialize(ENCLAVE, type);
    guest.inside(ENCLAVE, () => expect(guest.memory.getUint8(ENCLAVE + PAGE)).toBe(0));
  });

  test("17.2#12 any other type: 87, before any conflict", async () => {
    const guest = await createEnclaveGuest({ lockMemoryPrivilege: true });
    guest.running(SGX);
    const { VirtualAlloc, VirtualAlloc2 } = guest.kernel32;
    const types = [
      MEM_RESERVE,
      MEM_RESERVE | MEM_COMMIT,
      MEM_COMMIT | MEM_TOP_DOWN,
      MEM_RESERVE | MEM_WRITE_WATCH,
      MEM_RESERVE | MEM_PHYSICAL,
      MEM_RESET,
      MEM_RESET_UNDO,
      0x20003000,
    ];
    for (const type of types) {
      for (const at of [ENCLAVE, DATA + 1, ENCLAVE + ENCLAVE_BYTES - 1]) {
        guest.refused(87, "17.2#12", () => VirtualAlloc(at, 2 * PAGE, type, PAGE_READWRITE));
      }
    }
    const replace = MEM_RESERVE | 0x4000;
    guest.refused(87, "17.2#12", () => VirtualAlloc2(null, ENCLAVE, PAGE, replace, PAGE_READWRITE));
    const before = ENCLAVE - PAGE;
    guest.refused(487, "2.2#R5", () => {
      return VirtualAlloc(before, 2 * PAGE, MEM_RESERVE, PAGE_READWRITE);
    });
  });

  test.each([SGX, VBS])("17.2#14 type %i that runs: 487", async (type) => {
    const guest = await createEnclaveGuest();
    guest.running(type);
    const { VirtualAlloc } = guest.kernel32;
    for (const at of [DATA, DATA + PAGE]) {
      guest.refused(487, "17.2#14", () => VirtualAlloc(at, PAGE, MEM_COMMIT, PAGE_READWRITE));
    }
  });

  test("17.2#13 SGX2 that runs: the page waits until it is accepted", async () => {
    const guest = await createEnclaveGuest();
    guest.running(SGX2);
    const { process, memory } = guest;
    const { VirtualAlloc, VirtualFree } = guest.kernel32;
    const added = DATA + PAGE;
    const commit = () => VirtualAlloc(added, 2 * PAGE, MEM_COMMIT, PAGE_EXECUTE_READWRITE);
    expect(guest.answer(commit)).toEqual([added, UNTOUCHED, "10#12"]);
    expect(guest.page(added)).toEqual({ state: MEM_COMMIT, protect: PAGE_EXECUTE_READWRITE });
    expect(process.enclavePages(ENCLAVE).map(({ pending }) => pending)).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(memory.getUint8(added)).toBe(0xff);
    const touch = [
      () => memory.getUint8(added + 5),
      () => memory.setUint8(added + 5, 1),
      () => memory.fetch(added + 5, 1),
    ];
    guest.inside(ENCLAVE, () => {
      for (const access of touch) {
        expect(faultOf(access)).toMatchObject({ code: 0xc0000005, address: added + 5 });
        expect(guest.machine.decision).toBe("17.2#13");
      }
    });
    process.verifySpace();
    expect(process.acceptEnclavePage(added + 99)).toBe(true);
    guest.inside(ENCLAVE, () => {
      memory.setUint8(added, 7);
      expect(memory.getUint8(added)).toBe(7);
      expect(faultOf(() => memory.getUint16(added + PAGE - 1)).address).toBe(added + PAGE);
    });
    for (const wrong of [added, DATA, added + 4 * PAGE, BASE]) {
      guest.kernel32.SetLastError(0);
      expect(process.acceptEnclavePage(wrong)).toBe(false);
      expect(guest.kernel32.GetLastError()).toBe(87);
    }
    expect(VirtualFree(added + PAGE, PAGE, 0x4000)).toBe(1);
    expect(process.acceptEnclavePage(added + PAGE)).toBe(false);
    expect(VirtualFree(added, PAGE, 0x4000)).toBe(1);
    guest.process.verifySpace();
  });

  test("17.2#11 goes over the edges of what the core keeps together", async () => {
    const guest = await createEnclaveGuest();
    const size = 16 * 0x100000;
    guest.enclave(SGX2, ENCLAVE, size);
    guest.initialize(ENCLAVE, SGX2);
    const { records } = guest.machine.counters;
    const { VirtualAlloc, VirtualFree } = guest.kernel32;
    expect(VirtualAlloc(ENCLAVE + PAGE, size - PAGE, MEM_COMMIT, PAGE_READWRITE)).not.toBe(0);
    expect(guest.process.enclavePages(ENCLAVE).length).toBe(size / PAGE - 1);
    guest.process.verifySpace();
    expect(VirtualFree(ENCLAVE, size, 0x4000)).toBe(1);
    expect(guest.machine.counters.records).toBe(records);
    guest.process.verifySpace();
  });
});
