import { expect, test } from "vitest";
import { clrHost, E_OUTOFMEMORY, eTaskCritical, type IHostMalloc } from "../../src/clr-host.ts";
import { coredll } from "../../src/coredll.ts";
import { dotnet } from "../../src/dotnet.ts";
import type { MachineOptions, Process } from "../../src/index.ts";
import { ntdll } from "../../src/ntdll.ts";
import { vb } from "../../src/vb.ts";
import { access, call, type FaceCalls, isAccess, kernel32Calls } from "../faces/calls.ts";
import { Generator } from "../faces/generator.ts";
import { roundTrip, rowsOf } from "./support.ts";

const STEPS = Number(process.env.STEPS ?? 150);
const SEED = Number(process.env.SEED ?? 1);

/** As much of a face as the random programs need; what it answers is in the recording. */
type Calls = Pick<FaceCalls, "alloc" | "free" | "protect" | "query">;

const none = { value: 0, error: 0, outputs: {} };
const long = (value: number | bigint) => Number(BigInt.asIntN(32, BigInt(value)));

function ntdllCalls(guest: Process): Calls {
  const nt = ntdll(guest);
  const calls: Calls = {
    alloc: (base, size, type, protect) => {
      nt.NtAllocateVirtualMemory(-1, { value: base }, 0, { value: size }, type, protect);
      return none;
    },
    free: (base, size, type) => {
      nt.NtFreeVirtualMemory(-1, { value: base }, { value: size }, type);
      return none;
    },
    protect: (base, size, protect) => {
      const old = { value: 0 };
      nt.NtProtectVirtualMemory(-1, { value: base }, { value: size }, protect, old);
      return none;
    },
    query: () => none,
  };
  return calls;
}

function dotnetCalls(guest: Process): Calls {
  const { NativeMethods, Marshal } = dotnet(guest);
  const done = () => ({ ...none, error: Marshal.GetLastWin32Error() });
  const signed = (address: number | bigint) => BigInt.asIntN(64, BigInt(address));
  return {
    alloc: (base, size, type, protect) => {
      NativeMethods.VirtualAlloc(signed(base), size, type | 0, protect | 0);
      return done();
    },
    free: (base, size, type) => {
      NativeMethods.VirtualFree(signed(base), size, type | 0);
      return done();
    },
    protect: (base, size, protect) => {
      NativeMethods.VirtualProtect(signed(base), size, protect | 0, { value: 0 });
      return done();
    },
    query: (address) => {
      NativeMethods.VirtualQuery(signed(address), {});
      return done();
    },
  };
}

function vbCalls(guest: Process): Calls {
  const calls = vb(guest);
  return {
    alloc: (base, size, type, protect) => {
      calls.VirtualAlloc(long(base), long(size), long(type), long(protect));
      return none;
    },
    free: (base, size, type) => {
      calls.VirtualFree(long(base), long(size), long(type));
      return none;
    },
    protect: (base, size, protect) => {
      calls.VirtualProtect(long(base), long(size), long(protect), { value: 0 });
      return none;
    },
    query: (address) => {
      calls.VirtualQuery(long(address), {}, 28);
      return none;
    },
  };
}

function coredllCalls(guest: Process): Calls {
  const calls = coredll(guest);
  return {
    alloc: (base, size, type, protect) => ({
      ...none,
      value: calls.VirtualAlloc(base, size, type, protect),
    }),
    free: (base, size, type) => ({ ...none, value: calls.VirtualFree(base, size, type) }),
    protect: (base, size, protect) => {
      return { ...none, value: calls.VirtualProtect(base, size, protect, { value: 0 }) };
    },
    query: (address) => ({ ...none, value: calls.VirtualQuery(address, {}, 28) }),
  };
}

function clrCalls(guest: Process): Calls {
  let asked = 0;
  const ask = () => {
    asked += 1;
    return asked % 7 === 0 ? E_OUTOFMEMORY : undefined;
  };
  const policy = { ask: (name: string) => (name === "VirtualAlloc" ? ask() : undefined) };
  const { manager, start } = clrHost(guest, { policy });
  start();
  const done = (value: number) => ({ ...none, value });
  return {
    alloc: (base, size, type, protect) => {
      return done(manager.VirtualAlloc(base, size, type, protect, eTaskCritical, { value: 0 }));
    },
    free: (base, size, type) => done(manager.VirtualFree(base, size, type)),
    protect: (base, size, protect) => {
      return done(manager.VirtualProtect(base, size, protect, { value: 0 }));
    },
    query: (address) => done(manager.VirtualQuery(address, {}, 48, { value: 0 })),
  };
}

const FACES: readonly [name: string, face: (guest: Process) => Calls, options: MachineOptions][] = [
  ["kernel32", kernel32Calls, { profile: "win64" }],
  ["kernel32", kernel32Calls, { profile: "win32", placement: { seed: 7 } }],
  ["ntdll", ntdllCalls, { profile: "win64" }],
  ["dotnet", dotnetCalls, { profile: "win64" }],
  ["vb", vbCalls, { profile: "win9x" }],
  ["coredll", coredllCalls, { profile: "ce6" }],
  ["clr-host", clrCalls, { profile: "win64" }],
];

test.each(FACES)("a random program on %s replays with nothing of it left", async (...given) => {
  const [, face, options] = given;
  await roundTrip((machine) => {
    const guest = machine.createProcess();
    const calls = face(guest);
    const generator = new Generator(SEED, guest, false);
    for (let step = 0; step < STEPS; step++) {
      const drawn = generator.next();
      try {
        if (isAccess(drawn)) access(guest, drawn);
        else call(calls, drawn);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  }, options);
});

test("an object that an out-parameter receives is followed", async () => {
  const { text } = await roundTrip(
    (machine) => {
      const { manager, start } = clrHost(machine.createProcess());
      start();
      const made: { value: IHostMalloc | null } = { value: null };
      manager.CreateMalloc(0, made);
      made.value?.Alloc(100, eTaskCritical, { value: 0 });
      expect(made.value?.AddRef()).toBe(2);
    },
    { profile: "win64" },
  );
  expect(rowsOf(text).at(-2)).toMatchObject({ call: "AddRef", return: "0x2" });
});
