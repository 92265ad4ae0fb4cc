import { describe, expect, test } from "vitest";
import { hresultOf } from "../../src/clr-host/hresult.ts";
import {
  type ClrHost,
  type ClrHostOptions,
  clrHost,
  E_FAIL,
  HOST_E_TIMEOUT,
  type IHostMalloc,
  IID_IHostMalloc,
  S_OK,
} from "../../src/clr-host.ts";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READONLY, PAGE_READWRITE } from "../../src/constants.ts";
import { BASE, createGuest, type Guest, PAGE, UNTOUCHED } from "./support.ts";

async function hosted(options: ClrHostOptions = {}) {
  const guest = await createGuest();
  const host = clrHost(guest.process, options);
  host.start();
  return { guest, host, manager: host.manager, malloc: createMalloc(host) };
}

function createMalloc({ manager }: ClrHost): IHostMalloc {
  const out: { value: IHostMalloc | null } = { value: null };
  expect(manager.CreateMalloc(0, out)).toBe(S_OK);
  if (out.value === null) throw new Error("no allocator");
  return out.value;
}

/** An argument of the wrong kind. */
const wrong = (value: unknown) => value as never;
const out = () => ({ value: 0 });

describe("the door of clrHost", () => {
  test("takes a process", () => {
    expect(() => clrHost(wrong({}))).toThrow(/^process must be a Process, not an object$/);
    expect(() => clrHost(wrong(undefined))).toThrow(TypeError);
  });

  test("takes options that there are", async () => {
    const { guest } = await hosted();
    const call = (options: unknown) => () => clrHost(guest.process, wrong(options));
    guest.refuses(
      TypeError,
      /hresults|policy|options/,
      call(null),
      call({ hresult: "strict" }),
      call({ hresults: 1 }),
      call({ policy: 1 }),
      call({ policy: null }),
      call({ policy: { ask: 1 } }),
      call({ policy: { reclaim: "x" } }),
    );
    guest.refuses(
      RangeError,
      /hresults must be one of "strict", "detailed"/,
      call({ hresults: "" }),
    );
  });

  test("is closed when the process has ended", async () => {
    const { guest, manager, malloc } = await hosted();
    guest.process.exit();
    for (const call of [
      () => clrHost(guest.process),
      () => manager.NeedsVirtualAddressSpace(BASE, PAGE),
      () => manager.VirtualAlloc(0, PAGE, MEM_RESERVE, PAGE_READWRITE, 0, out()),
      () => manager.RegisterMemoryNotificationCallback(null),
      () => manager.AddRef(),
      () => malloc.Alloc(1, 0, out()),
      () => malloc.Free(null),
      () => malloc.Release(),
    ]) {
      expect(call).toThrow(/has ended/);
    }
  });
});

/** Every parameter with a value that it cannot hold. */
const WRONG: readonly [
  name: string,
  kind: typeof TypeError | typeof RangeError,
  message: RegExp,
  call: (manager: ClrHost["manager"], malloc: IHostMalloc) => unknown,
][] = [
  ["type of CreateMalloc", RangeError, /^type /, (m) => m.CreateMalloc(-1, { value: null })],
  ["malloc", TypeError, /^malloc must be \{ value \}/, (m) => m.CreateMalloc(0, wrong(BASE))],
  [
    "address of VirtualAlloc",
    TypeError,
    /^address /,
    (m) => m.VirtualAlloc(wrong("0"), 1, MEM_RESERVE, 4, 0, out()),
  ],
  ["size of it", RangeError, /^size /, (m) => m.VirtualAlloc(0, -1, MEM_RESERVE, 4, 0, out())],
  ["type of it", RangeError, /^type /, (m) => m.VirtualAlloc(0, 1, 2 ** 32, 4, 0, out())],
  ["protect of it", RangeError, /^protect /, (m) => m.VirtualAlloc(0, 1, 1, 0.5, 0, out())],
  ["level of it", RangeError, /^level .* 0 to 2/, (m) => m.VirtualAlloc(0, 1, 1, 4, 3, out())],
  ["kind of level", TypeError, /^level /, (m) => m.VirtualAlloc(0, 1, 1, 4, wrong("0"), out())],
  ["memory of it", TypeError, /^memory /, (m) => m.VirtualAlloc(0, 1, 1, 4, 0, wrong("x"))],
  ["address of VirtualFree", RangeError, /^address /, (m) => m.VirtualFree(-1, 0, 0x8000)],
  ["size of it", TypeError, /^size /, (m) => m.VirtualFree(BASE, wrong(null), 0x8000)],
  ["type of it", TypeError, /^type /, (m) => m.VirtualFree(BASE, 0, wrong("8000"))],
  ["address of VirtualQuery", RangeError, /^address /, (m) => m.VirtualQuery(-1, {}, 48, out())],
  ["buffer", TypeError, /^buffer /, (m) => m.VirtualQuery(BASE, wrong("x"), 48, out())],
  ["length", TypeError, /^length /, (m) => m.VirtualQuery(BASE, {}, wrong("48"), out())],
  ["result", TypeError, /^result /, (m) => m.VirtualQuery(BASE, {}, 48, wrong(true))],
  ["address of VirtualProtect", RangeError, /^address /, (m) => m.VirtualProtect(-1, 1, 4, out())],
  ["size of it", RangeError, /^size /, (m) => m.VirtualProtect(BASE, 1.5, 4, out())],
  ["protect of it", RangeError, /^protect /, (m) => m.VirtualProtect(BASE, 1, -4, out())],
  ["old", TypeError, /^old /, (m) => m.VirtualProtect(BASE, 1, 4, wrong("x"))],
  ["load", TypeError, /^load /, (m) => m.GetMemoryLoad(wrong("x"), out())],
  ["available", TypeError, /^available /, (m) => m.GetMemoryLoad(out(), wrong("x"))],
  [
    "callback",
    TypeError,
    /^callback must have the method/,
    (m) => m.RegisterMemoryNotificationCallback(wrong({})),
  ],
  [
    "no callback",
    TypeError,
    /^callback /,
    (m) => m.RegisterMemoryNotificationCallback(wrong(undefined)),
  ],
  ["start", RangeError, /^start /, (m) => m.NeedsVirtualAddressSpace(-1, 1)],
  ["size of a range", RangeError, /^size /, (m) => m.NeedsVirtualAddressSpace(0, -1)],
  ["start", TypeError, /^start /, (m) => m.AcquiredVirtualAddressSpace(wrong("x"), 1)],
  ["size of a range", TypeError, /^size /, (m) => m.AcquiredVirtualAddressSpace(0, wrong("1"))],
  ["start", RangeError, /^start /, (m) => m.ReleasedVirtualAddressSpace(0.5)],
  ["riid", TypeError, /^riid /, (m) => m.QueryInterface(wrong(1), { value: null })],
  ["form of riid", RangeError, /^riid must look like/, (m) => m.QueryInterface("x", out())],
  ["object", TypeError, /^object /, (m) => m.QueryInterface(IID_IHostMalloc, wrong(BASE))],
  ["size of Alloc", RangeError, /^size /, (_, malloc) => malloc.Alloc(-1, 0, out())],
  ["level of Alloc", RangeError, /^level /, (_, malloc) => malloc.Alloc(1, 3, out())],
  ["memory of Alloc", TypeError, /^memory /, (_, malloc) => malloc.Alloc(1, 0, wrong("x"))],
  ["file", TypeError, /^file /, (_, malloc) => malloc.DebugAlloc(1, 0, wrong(1), 1, out())],
  ["line", RangeError, /^line /, (_, malloc) => malloc.DebugAlloc(1, 0, "", 2 ** 31, out())],
  ["memory of Free", RangeError, /^memory /, (_, malloc) => malloc.Free(-16)],
];

describe("the door of the methods", () => {
  test.each(WRONG)("%s", async (_, kind, message, call) => {
    const { guest, manager, malloc } = await hosted();
    guest.refuses(kind, message, () => call(manager, malloc));
  });

  test("is checked before the policy is asked, and before the start", async () => {
    let asked = 0;
    const ask = () => {
      asked++;
      return HOST_E_TIMEOUT;
    };
    const guest = await createGuest();
    const { manager, start } = clrHost(guest.process, { policy: { ask } });
    const call = () => manager.VirtualFree(-1, 0, 0x8000);
    expect(call).toThrow(RangeError);
    start();
    expect(call).toThrow(RangeError);
    expect(asked).toBe(0);
  });
});

describe("the policy", () => {
  const answers = async (answer: unknown) => {
    const guest = await createGuest();
    const host = clrHost(guest.process, { policy: { ask: () => wrong(answer) } });
    host.start();
    return { guest, host, call: () => host.manager.GetMemoryLoad(out(), out()) };
  };

  test.each([undefined, 0])("answers %s: the call is made", async (answer) => {
    expect((await answers(answer)).call()).toBe(S_OK);
  });

  test("may answer as C does, with a sign", async () => {
    const { host, call } = await answers(E_FAIL | 0);
    expect([call(), host.state]).toEqual([E_FAIL, "failed"]);
  });

  test.each([
    ["x", TypeError],
    [0.5, RangeError],
    [1, RangeError],
    [0x80004003, RangeError],
    [2 ** 33, RangeError],
  ])("answers %s, which is a mistake of the host", async (answer, kind) => {
    const { guest, call } = await answers(answer);
    guest.refuses(kind, /policy\.ask/, call);
  });

  test("throws: nothing has happened", async () => {
    const guest = await createGuest();
    const ask = () => {
      throw new TypeError("no opinion");
    };
    const { manager, start } = clrHost(guest.process, { policy: { ask } });
    start();
    guest.refuses(TypeError, /no opinion/, () => manager.CreateMalloc(0, { value: null }));
  });

  test("belongs to one manager", async () => {
    const { guest, manager } = await hosted();
    clrHost(guest.process, { policy: { ask: () => HOST_E_TIMEOUT } });
    expect(manager.NeedsVirtualAddressSpace(BASE, PAGE)).toBe(S_OK);
  });

  test("of the manager that made it is asked by an allocator too", async () => {
    const asked: string[] = [];
    const ask = (method: string) => {
      asked.push(method);
      return undefined;
    };
    const { malloc } = await hosted({ policy: { ask } });
    const memory = out();
    malloc.Alloc(1, 0, memory);
    malloc.Free(memory.value);
    expect(asked).toEqual(["CreateMalloc", "Alloc", "Free"]);
  });
});

describe("the host", () => {
  test("shares its state with every other of the process", async () => {
    const guest = await createGuest();
    const [one, other] = [clrHost(guest.process), clrHost(guest.process)];
    one.start();
    expect([one.state, other.state]).toEqual(["started", "started"]);
  });

  test("has methods that can be taken apart", async () => {
    const { manager, malloc } = await hosted();
    const { VirtualAlloc, AddRef, QueryInterface } = manager;
    const { Alloc, Free } = malloc;
    expect(VirtualAlloc(BASE, 1, MEM_RESERVE, PAGE_READWRITE, 0, out())).toBe(S_OK);
    expect(AddRef()).toBe(2);
    expect(QueryInterface(IID_IHostMalloc, { value: null })).not.toBe(S_OK);
    const memory = out();
    expect([Alloc(1, 0, memory), Free(memory.value)]).toEqual([S_OK, S_OK]);
  });

  test("leaves the last error to Win32: success and its own refusals do not touch it", async () => {
    const { guest, manager, malloc } = await hosted();
    guest.process.currentThread.lastError = UNTOUCHED;
    manager.VirtualAlloc(BASE, PAGE, MEM_RESERVE, PAGE_READWRITE, 0, out());
    manager.VirtualFree(BASE + 0x10000, 0, 0x8000);
    manager.VirtualFree(2 ** 50, 0, 0x8000);
    manager.VirtualFree(BASE, 0, 0x8000);
    malloc.Free(BASE);
    malloc.Alloc(1, 0, out());
    expect(guest.kernel32.GetLastError()).toBe(UNTOUCHED);
    manager.VirtualAlloc(BASE, 0, MEM_RESERVE, PAGE_READWRITE, 0, out());
    expect(guest.kernel32.GetLastError()).toBe(87);
  });

  test("succeeds where the call itself has made its pointer unwritable", async () => {
    const { guest, manager } = await hosted();
    guest.pages(1);
    expect(manager.VirtualAlloc(BASE, PAGE, MEM_COMMIT, PAGE_READONLY, 0, BASE)).toBe(S_OK);
    expect(guest.page(BASE).protect).toBe(PAGE_READONLY);
  });

  test("leaves the rule of kernel32 where kernel32 has answered", async () => {
    const { guest, manager } = await hosted();
    manager.VirtualAlloc(BASE, PAGE, MEM_RESERVE, PAGE_READWRITE, 0, out());
    const own = guest.machine.decision;
    guest.kernel32.VirtualAlloc(BASE + 0x10000, PAGE, MEM_RESERVE, PAGE_READWRITE);
    expect(guest.machine.decision).toBe(own);
    manager.VirtualFree(BASE, 0, 0x8000);
    expect(guest.machine.decision).toMatch(/^3\./);
  });

  test("refuses an allocator that has been released for good", async () => {
    const { malloc } = await hosted();
    expect(malloc.Release()).toBe(0);
    for (const call of [
      () => malloc.Alloc(1, 0, out()),
      () => malloc.Free(null),
      () => malloc.AddRef(),
      () => malloc.QueryInterface(IID_IHostMalloc, { value: null }),
    ]) {
      expect(call).toThrow(/last reference/);
    }
  });
});

test("HRESULT_FROM_WIN32", () => {
  expect([0, 5, 87, 0xffff, 0x80000001, 0xc0000005].map(hresultOf)).toEqual([
    0, 0x80070005, 0x80070057, 0x8007ffff, 0x80000001, 0xc0000005,
  ]);
});

test("a guest of any width has the same values for all ones", async () => {
  const wide: Guest = await createGuest();
  const { manager, start } = clrHost(wide.process);
  start();
  expect(manager.AcquiredVirtualAddressSpace(2n ** 64n - 1n, 1)).toBe(S_OK);
  expect(manager.ReleasedVirtualAddressSpace(2n ** 64n - 1n)).toBe(S_OK);
});
