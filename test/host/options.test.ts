import { describe, expect, test } from "vitest";
import { Machine, type MachineOptions } from "../../src/index.ts";
import { coreModule, createMachine } from "../setup/machine.ts";

/** With the core under test where the options are an object at all. */
function create(options: unknown): Promise<Machine> {
  const isBag = typeof options === "object" && options !== null;
  return isBag ? createMachine(options) : Machine.create(options as MachineOptions);
}

describe("Machine.create", () => {
  test("fills in every default", async () => {
    const { options, profile, pointerBytes } = await createMachine();
    expect(options).toEqual({
      profile: "win64",
      version: "win10",
      windows95: false,
      cpu: "x86",
      statusStyle: "numbered",
      guardOrder: "permission-first",
      dep: true,
      executeOnlyReadable: true,
      resetEffect: "keep",
      placement: "lowest-first",
      autoReserveOnCommit: false,
      lockMemoryPrivilege: false,
      strictPhysical: false,
      regionFlags: "documented",
      wow64: false,
      enclaves: [],
      failures: [],
      clock: false,
      commitLimit: 0x400000,
      physicalPages: 0x200000,
      workingSetMin: 50,
      workingSetMax: 345,
      lowMemoryPages: 0x4000,
      numberOfProcessors: 1,
      numaNodes: 1,
      codeGeneration: false,
      window: false,
      handlerLoopLimit: 100_000,
      handlerDepthLimit: 64,
    });
    expect([profile, pointerBytes]).toEqual(["win64", 8]);
    expect(Object.isFrozen(options)).toBe(true);
  });

  test.each([
    ["win32", "win32", 4, true, 0x7ffeffff],
    ["win32-2g", "win32", 4, true, 0x7ffeffff],
    ["win32-3g", "win32-3g", 4, false, 0xbffeffff],
    ["win32-4g", "win32-4g", 4, true, 0xfffeffff],
    ["win64", "win64", 8, false, 0x7fff_fffe_ffff],
  ] as const)("profile %s is %s", async (asked, profile, pointerBytes, wow64, highest) => {
    const machine = await createMachine({ profile: asked });
    expect(machine.profile).toBe(profile);
    expect(machine.options.profile).toBe(profile);
    expect(machine.pointerBytes).toBe(pointerBytes);
    expect(machine.options.wow64).toBe(wow64);
    expect(machine.lowestUserAddress).toBe(0x10000);
    expect(machine.highestUserAddress).toBe(highest);
  });

  test.each([
    [null, /options must be an object, not null/],
    ["win32", /options must be an object, not "win32"/],
    [{ profil: "win32" }, /there is no option "profil"/],
    [{ profile: 32 }, /profile must be one of .*, not 32/],
    [{ dep: 1 }, /dep must be true or false, not 1/],
    [{ window: "yes" }, /window must be true or false, not "yes"/],
    [{ commitLimit: "100" }, /commitLimit must be a number, not "100"/],
    [{ physicalPages: 100n }, /physicalPages must be a number, not 100n/],
    [{ placement: 7 }, /placement must be one of/],
    [{ placement: { sed: 7 } }, /placement: there is no option "sed"/],
    [{ placement: {} }, /placement.seed must be a number, not undefined/],
    [{ enclaves: "SGX1" }, /enclaves must be an array, not "SGX1"/],
    [{ enclaves: [1] }, /enclaves must be strings, not 1/],
    [{ statusStyle: { seed: 1 } }, /statusStyle must be one of .*, not an object/],
  ])("%o is the wrong kind", async (options, message) => {
    await expect(create(options)).rejects.toThrow(TypeError);
    await expect(create(options)).rejects.toThrow(message);
  });

  test.each([
    [{ profile: "win31" }, /profile must be one of "win32", .*, not "win31"/],
    [{ profile: "toString" }, /profile must be one of/],
    [{ statusStyle: "long" }, /statusStyle must be one of "numbered", "plain", not "long"/],
    [{ resetEffect: "seed" }, /resetEffect must be one of/],
    [{ resetEffect: { seed: -1 } }, /resetEffect.seed must be 0 to 4294967295, not -1/],
    [{ placement: { seed: 0.5 } }, /placement.seed must be an integer, not 0.5/],
    [{ commitLimit: Number.NaN }, /commitLimit must be an integer, not NaN/],
    [{ commitLimit: -1 }, /commitLimit must be 0 to/],
    [{ commitLimit: 2 ** 53 }, /commitLimit must be 0 to/],
    [{ physicalPages: 0 }, /physicalPages must be 1 to/],
    [{ workingSetMin: 400 }, /workingSetMin 400 is above workingSetMax 345/],
    [{ numberOfProcessors: 33 }, /numberOfProcessors must be 1 to 32, not 33/],
    [{ handlerLoopLimit: 0 }, /handlerLoopLimit must be 1 to/],
    [{ handlerDepthLimit: 1.5 }, /handlerDepthLimit must be an integer, not 1.5/],
    [{ enclaves: ["SGX"] }, /enclaves must be of "SGX1", "SGX2", "VBS", not "SGX"/],
    [{ wow64: true }, /wow64 goes with a 32-bit profile only/],
    [{ window: true }, /window goes with a 32-bit profile only/],
  ])("%o is a wrong value", async (options, message) => {
    await expect(create(options)).rejects.toThrow(RangeError);
    await expect(create(options)).rejects.toThrow(message);
  });

  test("takes undefined for the default", async () => {
    const machine = await createMachine({ profile: undefined, dep: undefined });
    expect([machine.profile, machine.options.dep]).toEqual(["win64", true]);
  });

  test("takes only a core for a module", async () => {
    const empty = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
    await expect(Machine.create({ module: empty })).rejects.toThrow(/not a guardpage core/);
    const module = {} as WebAssembly.Module;
    await expect(Machine.create({ module })).rejects.toThrow(/must be a WebAssembly.Module/);
  });

  test("has a core of its own", async () => {
    const machine = await Machine.create({ profile: "win64" });
    expect(machine.createProcess().space).toBe("translated");
  });

  test("machines of one module share nothing", async () => {
    const module = coreModule();
    const first = await Machine.create({ module });
    const second = await Machine.create({ module });
    first.createProcess();
    expect([first.processes.length, second.processes.length]).toEqual([1, 0]);
    expect(second.counters.records).toBeLessThan(first.counters.records);
  });
});
