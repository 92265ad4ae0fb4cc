import { describe, expect, test } from "vitest";
import { MEM_COMMIT, MEM_IMAGE, MEM_PRIVATE, MEM_RESERVE } from "../../src/constants.ts";
import { Machine, type ProcessOptions } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { createMachine } from "../setup/machine.ts";
import { coreWithoutRoom } from "./patched-core.ts";
import { BASE, createGuest, Guest, PAGE } from "./support.ts";

describe("createProcess", () => {
  test("gives the window to the first that may have it", async () => {
    const machine = await createMachine({ profile: "win32" });
    const translated = machine.createProcess({ space: "translated" });
    const first = machine.createProcess();
    const second = machine.createProcess();
    expect([translated.space, first.space, second.space]).toEqual([
      "translated",
      "windowed",
      "translated",
    ]);
    first.exit();
    expect(machine.createProcess({ space: "windowed" }).space).toBe("windowed");
  });

  test.each([
    [{}, /process 4 has the window/],
    [{ window: false }, /was made without a window/],
    [{ profile: "win64" as const }, /a 64-bit process cannot be windowed/],
  ])("says why none can be windowed: %j", async (options, why) => {
    const machine = await createMachine({ profile: "win32", ...options });
    machine.createProcess();
    expect(() => machine.createProcess({ space: "windowed" })).toThrow(RangeError);
    expect(() => machine.createProcess({ space: "windowed" })).toThrow(why);
    expect(machine.processes.length).toBe(1);
  });

  test("does without a window where linear memory cannot be grown by one", async () => {
    const machine = await Machine.create({ profile: "win32", module: coreWithoutRoom() });
    const guest = new Guest(machine);
    expect(guest.process.space).toBe("translated");
    guest.pages(1);
    guest.memory.setUint32(BASE, 77);
    expect(guest.memory.getUint32(BASE)).toBe(77);
    expect(() => machine.createProcess({ space: "windowed" })).toThrow(
      "linear memory could not be grown by a window",
    );
  });

  test("numbers processes and threads by fours", async () => {
    const machine = await createMachine();
    const [first, second] = [machine.createProcess(), machine.createProcess()];
    const further = first.createThread();
    expect([first.id, second.id]).toEqual([4, 8]);
    expect([first.mainThread.id, second.mainThread.id, further.id]).toEqual([4, 8, 12]);
    expect(machine.processes).toEqual([first, second]);
    first.exit();
    expect(machine.processes).toEqual([second]);
    expect(machine.createProcess().id).toBe(12);
  });

  test.each([
    [TypeError, null, /options must be an object/],
    [TypeError, { spaces: "auto" }, /there is no option "spaces"/],
    [RangeError, { space: "window" }, /space must be one of "auto", "windowed", "translated"/],
    [TypeError, { commitQuota: "1" }, /commitQuota must be a number/],
    [RangeError, { commitQuota: -1 }, /commitQuota must be 0 to/],
    [RangeError, { commitQuota: Number.NaN }, /commitQuota must be an integer/],
    [TypeError, { residents: 5 }, /residents must be an array, not 5/],
    [RangeError, { residents: [{ base: 1, size: PAGE, type: 1, allocationProtect: 2 }] }, /base/],
  ])("%s for %o", async (kind, options, message) => {
    const guest = await createGuest();
    const make = () => guest.machine.createProcess(options as ProcessOptions);
    guest.refuses(kind, message, make);
    expect(guest.machine.createProcess().id).toBe(8);
  });

  test("a resident that does not fit leaves no process behind", async () => {
    const machine = await createMachine({ profile: "win32" });
    const before = machine.counters;
    const region = { size: PAGE, type: MEM_IMAGE, allocationProtect: 0x80 };
    const residents = [
      { ...region, base: BASE },
      { ...region, base: BASE },
    ];
    expect(() => machine.createProcess({ residents })).toThrow(/overlaps/);
    expect(machine.processes).toEqual([]);
    const { commitCharge, frames } = machine.counters;
    expect({ commitCharge, frames }).toEqual({
      commitCharge: before.commitCharge,
      frames: before.frames,
    });
    const process = machine.createProcess();
    expect([process.id, process.mainThread.id, process.space]).toEqual([4, 4, "windowed"]);
  });

  test("residents are there from the start", async () => {
    const machine = await createMachine({ profile: "win32" });
    const runs = [{ size: PAGE, state: MEM_COMMIT, protect: 0x20 }];
    const image = { base: BASE, size: PAGE, type: MEM_IMAGE, allocationProtect: 0x80, runs };
    const guest = new Guest(machine, { residents: [image] });
    expect(guest.page(BASE)).toEqual({ state: MEM_COMMIT, protect: 0x20 });
  });

  test("a quota limits one process", async () => {
    const machine = await createMachine();
    const small = new Guest(machine, { commitQuota: 2 });
    const other = new Guest(machine);
    expect(small.kernel32.VirtualAlloc(BASE, 3 * PAGE, MEM_RESERVE | MEM_COMMIT, 4)).toBe(0);
    expect(small.kernel32.GetLastError()).toBe(567);
    expect(machine.decision).toBe("2.2#R8");
    small.pages(2);
    other.pages(3);
  });
});

describe("counters", () => {
  test("of a process and its machine", async () => {
    const guest = await createGuest({ commitLimit: 1000, physicalPages: 500 });
    const before = guest.process.counters;
    guest.reserve(16);
    guest.kernel32.VirtualAlloc(BASE, 3 * PAGE, MEM_COMMIT, 4);
    guest.memory.setUint8(BASE + PAGE, 1);
    guest.kernel32.VirtualLock(BASE, PAGE);
    const after = guest.process.counters;
    expect(after.commitCharge - before.commitCharge).toBe(3);
    expect(after.regionBytes - before.regionBytes).toBe(16 * PAGE);
    expect(after.regions - before.regions).toBe(1);
    expect(after.residentPages - before.residentPages).toBe(2);
    expect(after.lockedPages).toBe(1);
    const { counters } = guest.machine;
    expect(counters.commitLimit).toBe(1000);
    expect(counters.physicalPages).toBe(500);
    expect(counters.commitCharge).toBeGreaterThanOrEqual(3);
    expect(counters.frames).toBeGreaterThanOrEqual(2);
    expect(counters.memoryBytes).toBeGreaterThan(0);
  });
});

describe("exit", () => {
  test("ends a process, once", async () => {
    const guest = await createGuest({ profile: "win32" });
    const { process } = guest;
    guest.pages(4);
    guest.memory.setUint8(BASE, 1);
    expect([process.exited, process.exitCode]).toEqual([false, undefined]);
    process.exit(0xc0000005);
    process.exit(1);
    expect([process.exited, process.exitCode]).toEqual([true, 0xc0000005]);
    expect([guest.machine.counters.commitCharge, guest.machine.counters.frames]).toEqual([0, 0]);
  });

  test.each([
    [TypeError, "0", /exitCode must be a number/],
    [RangeError, -1, /exitCode must be 0 to 4294967295/],
    [RangeError, 0.5, /exitCode must be an integer/],
  ])("%s for the exit code %j", async (kind, code, message) => {
    const guest = await createGuest();
    guest.refuses(kind, message, () => guest.process.exit(code as number));
    expect(guest.process.exited).toBe(false);
  });

  test.each(["win32", "win64"] as const)("every later use says so: %s", async (profile) => {
    const { machine, process, memory, ...faces } = await createGuest({ profile });
    const guest = { memory: process.memory, debugView: process.debugView };
    const { VirtualAlloc } = kernel32(process);
    VirtualAlloc(BASE, PAGE, MEM_RESERVE | MEM_COMMIT, 4);
    guest.memory.setUint32(BASE, 7);
    process.exit(3);
    const calls: (() => unknown)[] = [
      () => guest.memory.getUint8(BASE),
      () => guest.memory.setFloat64(BASE, 1),
      () => guest.memory.getBigUint64(2n ** 31n),
      () => guest.memory.read(BASE, 1),
      () => guest.memory.read(BASE, 0),
      () => guest.memory.write(BASE, new Uint8Array(1)),
      () => guest.memory.copy(BASE, BASE + 8, 4),
      () => guest.memory.fill(BASE, 0, 0),
      () => guest.memory.compare(BASE, BASE, 0),
      () => guest.memory.fetch(BASE, 1),
      () => guest.memory.readString(BASE, { encoding: "latin1" }),
      () => guest.memory.writeString(BASE, "", { encoding: "latin1" }),
      () => guest.debugView.read(BASE, 1),
      () => guest.debugView.write(BASE, new Uint8Array(1)),
      () => guest.debugView.isCommitted(BASE),
      () => VirtualAlloc(BASE, PAGE, MEM_RESERVE, 4),
      () => VirtualAlloc(1, PAGE, MEM_RESERVE, 4),
      () => faces.kernel32.IsBadReadPtr(BASE, 0),
      () => faces.kernel32.GetSystemInfo({}),
      () => faces.kernel32.GlobalMemoryStatusEx({ dwLength: 64 }),
      () => faces.kernel32.OpenProcess(0, 0, 4),
      () => faces.kernel32.CloseHandle(-1),
      () => faces.kernel32.SetLastError(1),
      () => faces.kernel32.FlushInstructionCache(-1, 0, 0),
      () => faces.ntdll.NtResetWriteWatch(-1, BASE, PAGE),
      () => process.counters,
      () => process.createThread(),
      () => process.mainThread.run(() => 0),
      () => process.verifySpace(),
      () => process.forgetMaps(),
      () => process.addVectoredExceptionHandler(true, () => 0),
      () => process.tryExcept({ body: () => 0, filter: () => 0 }),
      () => process.raiseException({ code: 1 }),
      () =>
        process.adoptRegion({ base: BASE, size: PAGE, type: MEM_PRIVATE, allocationProtect: 4 }),
    ];
    for (const call of calls) {
      expect(call, String(call)).toThrow("process 4 has ended, with exit code 0x3");
    }
    expect(machine.poisoned).toBe(false);
    expect(machine.createProcess().id).toBe(8);
  });

  test("gives everything back, more often than there are numbers for spaces (4,095)", async () => {
    const machine = await createMachine({ profile: "win32" });
    const used = () => {
      const { commitCharge, frames, records, memoryBytes } = machine.counters;
      return { commitCharge, frames, records, memoryBytes };
    };
    const round = () => {
      const guest = new Guest(machine);
      guest.pages(20);
      guest.memory.fill(BASE, 1, 20 * PAGE);
      guest.process.exit();
    };
    round();
    const before = used();
    for (let count = 0; count < 4200; count++) round();
    expect(used()).toEqual(before);
  });
});

test("forgetMaps changes nothing but speed", async () => {
  const guest = await createGuest({ profile: "win32" });
  guest.pages(2);
  guest.memory.setUint32(BASE, 99);
  const before = guest.state();
  guest.process.forgetMaps();
  expect(guest.state()).toEqual(before);
  expect(guest.memory.getUint32(BASE)).toBe(99);
  guest.process.verifySpace();
});
