/**
 * A short guest program. What it answers is the same wherever it runs, so it is JSON.
 */
import { Machine, PageFault, type ProfileName } from "guardpage";
import {
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_GUARD_PAGE,
  FILE_MAP_COPY,
  FILE_MAP_WRITE,
  INVALID_HANDLE_VALUE,
  MEM_COMMIT,
  MEM_RESERVE,
  PAGE_GUARD,
  PAGE_READWRITE,
} from "guardpage/constants";
import { type Kernel32, kernel32 } from "guardpage/kernel32";

const PAGE_BYTES = 0x1000;
const REGION_BYTES = 0x10000;

type Guest = ReturnType<Machine["createProcess"]>;

/** Everything that VirtualQuery says of the run at an address. */
function queried({ VirtualQuery }: Kernel32, address: number) {
  const information = { value: {} as never };
  return [VirtualQuery(address, information), information.value];
}

/** A guard page: first an exception that nobody handles, then one that a handler resolves. */
function guardPage(guest: Guest) {
  const calls = kernel32(guest);
  const base = calls.VirtualAlloc(0, REGION_BYTES, MEM_RESERVE, PAGE_READWRITE);
  const committed = calls.VirtualAlloc(base, 3 * PAGE_BYTES, MEM_COMMIT, PAGE_READWRITE);
  const second = base + PAGE_BYTES;
  const old = { value: 0 };
  const guard = () =>
    calls.VirtualProtect(second, PAGE_BYTES, PAGE_READWRITE | PAGE_GUARD, old) !== 0;
  const guarded = guard();
  const before = queried(calls, second);

  // The first byte that fails is not the first of the access.
  const fault = faultOf(() => guest.memory.setUint32(second - 2, 0x11223344));
  const unwritten = guest.memory.getUint32(second - 2);
  const after = queried(calls, second);

  const records: unknown[] = [];
  guard();
  calls.AddVectoredExceptionHandler(1, ({ ExceptionRecord }) => {
    const { ExceptionCode, ExceptionInformation } = ExceptionRecord;
    records.push([ExceptionCode, ExceptionInformation.map(String)]);
    if (ExceptionCode === EXCEPTION_GUARD_PAGE) return EXCEPTION_CONTINUE_EXECUTION;
    return 0;
  });
  guest.memory.setUint32(second, 0x55667788);
  const read = guest.memory.getUint32(second);
  const free = faultOf(() => guest.memory.getUint8(base + 3 * PAGE_BYTES));
  return { base, committed, guarded, old, before, fault, unwritten, after, records, read, free };
}

function faultOf(access: () => unknown) {
  try {
    return access();
  } catch (error) {
    if (!(error instanceof PageFault)) throw error;
    const { code, access, address, message } = error;
    return { code, access, address: String(address), message };
  }
}

/** A view that copies on write, beside one that shares. */
function copyOnWrite(guest: Guest) {
  const calls = kernel32(guest);
  const size = 2 * PAGE_BYTES;
  const anonymous = INVALID_HANDLE_VALUE;
  const mapping = calls.CreateFileMapping(anonymous, null, PAGE_READWRITE, 0, size, null);
  const shared = calls.MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
  const copy = calls.MapViewOfFile(mapping, FILE_MAP_COPY, 0, 0, 0);
  const { memory } = guest;
  memory.setFloat64(shared, 0.1);
  memory.setBigUint64(shared + PAGE_BYTES, 0x0123456789abcdefn);
  const before = [queried(calls, copy), memory.getFloat64(copy)];
  const charge = guest.counters.commitCharge;
  memory.setFloat64(copy, 1 / 3);
  memory.setUint8(shared + PAGE_BYTES, 0xff);
  return {
    views: [shared, copy],
    before,
    values: [memory.getFloat64(shared), memory.getFloat64(copy)],
    stillShared: String(memory.getBigUint64(copy + PAGE_BYTES)),
    after: [queried(calls, copy), queried(calls, copy + PAGE_BYTES)],
    charged: guest.counters.commitCharge - charge,
  };
}

async function program(profile: ProfileName) {
  const machine = await Machine.create({ profile });
  return {
    guardPage: guardPage(machine.createProcess()),
    copyOnWrite: copyOnWrite(machine.createProcess()),
    counters: machine.counters,
  };
}

/** What the program answers on each profile. */
export async function run() {
  const profiles: ProfileName[] = ["win32", "win32-3g", "win32-4g", "win64"];
  const answers: Record<string, unknown> = {};
  for (const profile of profiles) answers[profile] = await program(profile);
  return JSON.parse(JSON.stringify(answers));
}
