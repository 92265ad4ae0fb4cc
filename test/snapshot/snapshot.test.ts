import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { Machine, MemoryFile, type Process, Snapshot, SnapshotRefused } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { coreModule, createMachine } from "../setup/machine.ts";

const PAGE = 0x1000;
const BASE = 0x500000;
const FILE_MAP_WRITE = 2;
const NO_FILE = -1;

async function started(profile: "win32" | "win64" = "win32") {
  const machine = await createMachine({ profile });
  const process = machine.createProcess();
  return { machine, process, win32: kernel32(process) };
}

function reserve(process: Process, base: number, pages: number): void {
  const type = MEM_RESERVE | MEM_COMMIT;
  expect(kernel32(process).VirtualAlloc(base, pages * PAGE, type, PAGE_READWRITE)).toBe(base);
}

describe("equal states by different ways give equal snapshots", () => {
  test("regions made in another order, and one that came and went", async () => {
    const one = await started();
    reserve(one.process, BASE, 2);
    reserve(one.process, BASE + 0x10000, 2);
    one.process.memory.setUint32(BASE, 7);
    one.process.memory.setUint32(BASE + 0x10000, 8);

    const other = await started();
    reserve(other.process, BASE + 0x10000, 2);
    reserve(other.process, BASE, 2);
    other.process.memory.setUint32(BASE + 0x10000, 8);
    other.process.memory.setUint32(BASE, 7);
    expect(other.machine.snapshot()).toEqual(one.machine.snapshot());
    expect(other.machine.hash()).toBe(one.machine.hash());
  });

  test("protections page by page, and all at once", async () => {
    const one = await started();
    const other = await started();
    for (const { process } of [one, other]) reserve(process, BASE, 8);
    for (let page = 0; page < 8; page++) {
      one.win32.VirtualProtect(BASE + page * PAGE, PAGE, PAGE_READONLY, { value: 0 });
    }
    other.win32.VirtualProtect(BASE, 8 * PAGE, PAGE_READONLY, { value: 0 });
    expect(other.machine.snapshot()).toEqual(one.machine.snapshot());
  });

  test("sections with other numbers inside of the core", async () => {
    const one = await started();
    one.win32.CreateFileMappingW(NO_FILE, null, PAGE_READWRITE, 0, PAGE, "kept");

    const other = await started();
    const lost = other.win32.CreateFileMappingW(NO_FILE, null, PAGE_READWRITE, 0, PAGE, "lost");
    other.win32.CreateFileMappingW(NO_FILE, null, PAGE_READWRITE, 0, PAGE, "kept");
    other.win32.CloseHandle(lost);
    // Its handle is another one, and the section is the same.
    const { changes } = one.machine.snapshot().diff(other.machine.snapshot());
    expect(changes.map((change) => ("path" in change ? change.path : change.kind))).toEqual([
      "processes[0].handles[0].handle",
    ]);
  });

  test("whatever the kind of the address space", async () => {
    const windowed = await createMachine({ profile: "win32" });
    const translated = await createMachine({ profile: "win32", window: false });
    for (const machine of [windowed, translated]) {
      const process = machine.createProcess();
      reserve(process, BASE, 4);
      process.memory.setUint32(BASE + PAGE, 1);
    }
    expect(windowed.processes[0]?.space).toBe("windowed");
    expect(translated.processes[0]?.space).toBe("translated");
    expect(translated.snapshot()).toEqual(windowed.snapshot());
  });

  test("whatever the maps allow at once", async () => {
    const { machine, process } = await started();
    reserve(process, BASE, 4);
    process.memory.setUint32(BASE, 1);
    const snapshot = machine.snapshot();
    process.forgetMaps();
    expect(machine.snapshot()).toEqual(snapshot);
  });
});

describe("what a snapshot holds", () => {
  test("pages that were touched and hold something, and views' pages once", async () => {
    const { machine, process, win32 } = await started();
    reserve(process, BASE, 0x1000);
    const empty = machine.snapshot().length;
    process.memory.setUint32(BASE, 1);
    const one = machine.snapshot().length;
    expect(one - empty).toBeLessThan(PAGE + 200);
    process.memory.getUint32(BASE + PAGE);
    expect(machine.snapshot().length - one).toBeLessThan(200);

    const section = win32.CreateFileMappingW(NO_FILE, null, PAGE_READWRITE, 0, 4 * PAGE, null);
    const first = win32.MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    win32.MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    const before = machine.snapshot().length;
    process.memory.setUint32(first, 1);
    expect(machine.snapshot().length - before).toBeLessThan(PAGE + 300);
  });

  test("handles, threads, last errors, names; not handlers", async () => {
    const { machine, process, win32 } = await started();
    const thread = process.createThread({});
    thread.lastError = 5;
    process.instructionPointer = 0x401000;
    process.addVectoredExceptionHandler(true, () => 0);
    const section = win32.CreateFileMappingW(NO_FILE, null, PAGE_READWRITE, 0, PAGE, "named");
    const restored = await Machine.restore(machine.snapshot(), { module: coreModule() });
    const [again] = restored.processes as [Process];
    expect(again.id).toBe(process.id);
    expect(again.threads.map(({ id, lastError }) => [id, lastError])).toEqual(
      process.threads.map(({ id, lastError }) => [id, lastError]),
    );
    expect(again.threads[1]?.stack?.base).toBe(thread.stack?.base);
    expect(again.instructionPointer).toBe(0x401000);
    // The next handler gets the handle that it would have got.
    const handler = again.addVectoredExceptionHandler(true, () => 0);
    expect(handler).toBe(process.addVectoredExceptionHandler(true, () => 0));
    const face = kernel32(again);
    expect(face.MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0)).not.toBe(0);
    expect(face.OpenFileMappingW(0xf001f, false, "named")).not.toBe(0);
    expect(restored.createProcess().id).toBe(machine.createProcess().id);
  });

  test("processes that have ended, as long as a handle leads to them", async () => {
    const { machine, win32 } = await started();
    const other = machine.createProcess();
    const handle = win32.OpenProcess(0x1fffff, false, other.id);
    other.exit(3);
    const restored = await Machine.restore(machine.snapshot(), { module: coreModule() });
    const face = kernel32(restored.processes[0] as Process);
    expect(face.VirtualAllocEx(handle, 0, PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(0);
    expect(face.GetLastError()).toBe(5);
    expect(face.CloseHandle(handle)).toBeTruthy();
  });
});

describe("files", () => {
  const contents = Uint8Array.from({ length: 3 * PAGE }, (_, index) => index >> 4);

  async function mapped() {
    const { machine, process, win32 } = await started();
    const backing = new MemoryFile({ contents });
    const file = process.openFile(backing, { name: "data.bin" });
    const section = win32.CreateFileMappingW(file, null, PAGE_READWRITE, 0, 0, null);
    const view = win32.MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    process.memory.setUint32(view + PAGE, 0xabcd);
    return { machine, view };
  }

  test("are asked for by number, name and size, and their pages come from them", async () => {
    const { machine, view } = await mapped();
    const asked: unknown[] = [];
    const backing = new MemoryFile({ contents });
    const files = (file: unknown) => {
      asked.push(file);
      return backing;
    };
    const attach = { files };
    const restored = await Machine.restore(machine.snapshot(), { attach, module: coreModule() });
    expect(asked).toEqual([{ number: 1, name: "data.bin", sizeBytes: 3 * PAGE }]);
    expect(restored.hash()).toBe(machine.hash());
    const [process] = restored.processes as [Process];
    expect(process.memory.getUint32(view + PAGE)).toBe(0xabcd);
    expect(process.memory.getUint8(view + 2 * PAGE)).toBe(contents[2 * PAGE]);
    kernel32(process).FlushViewOfFile(view, 0);
    const written = new Uint8Array(4);
    backing.read(PAGE, written);
    expect([...written]).toEqual([0xcd, 0xab, 0, 0]);
  });

  test("that are missing, or of another size, are the caller's fault", async () => {
    const snapshot = (await mapped()).machine.snapshot();
    const module = coreModule();
    await expect(Machine.restore(snapshot, { module })).rejects.toThrow(
      new TypeError('attach.files is missing: file 1, "data.bin", belongs to the machine'),
    );
    const files = () => new MemoryFile();
    await expect(Machine.restore(snapshot, { module, attach: { files } })).rejects.toThrow(
      new RangeError('attach.files: file 1, "data.bin", has 0 bytes, and had 12288'),
    );
  });
});

describe("diff", () => {
  test("names regions, protections, what is known, contents and values that changed", async () => {
    const { machine, process, win32 } = await started();
    reserve(process, BASE, 4);
    reserve(process, BASE + 0x10000, 1);
    process.memory.setUint32(BASE, 1);
    const before = machine.snapshot();
    expect(before.diff(machine.snapshot())).toEqual({ isEqual: true, changes: [] });

    process.memory.setUint32(BASE, 2);
    process.memory.setUint32(BASE + PAGE, 3);
    win32.VirtualProtect(BASE + 2 * PAGE, PAGE, PAGE_EXECUTE_READ, { value: 0 });
    win32.VirtualFree(BASE + 0x10000, 0, MEM_RELEASE);
    process.mainThread.lastError = 6;
    const { isEqual, changes } = before.diff(machine.snapshot());
    expect(isEqual).toBe(false);
    const of = (kind: string) => changes.filter((change) => change.kind === kind);
    const id = process.id;
    expect(of("content")).toEqual([
      { kind: "content", process: id, address: BASE, size: 2 * PAGE },
    ]);
    expect(of("protection")).toEqual([
      {
        kind: "protection",
        process: id,
        address: BASE + 2 * PAGE,
        size: PAGE,
        before: PAGE_READWRITE,
        after: PAGE_EXECUTE_READ,
      },
      {
        kind: "protection",
        process: id,
        address: BASE + 0x10000,
        size: PAGE,
        before: PAGE_READWRITE,
        after: 0,
      },
    ]);
    expect(of("region")).toMatchObject([
      { address: BASE + 0x10000, before: { size: PAGE, kind: "private" }, after: undefined },
    ]);
    expect(of("facts")).toMatchObject([
      { address: BASE + PAGE, size: PAGE, before: "", after: "valid, has a frame, in memory" },
    ]);
    expect(of("value")).toContainEqual({
      kind: "value",
      path: "processes[0].threads[0].lastError",
      before: 0,
      after: 6,
    });
  });

  test("of what was kept elsewhere, and of what is no snapshot", async () => {
    const { machine } = await started("win64");
    const bytes = new Uint8Array(machine.snapshot());
    expect(new Snapshot(bytes).diff(bytes).isEqual).toBe(true);
    expect(Snapshot.from(bytes)).toBeInstanceOf(Snapshot);
    expect(new Snapshot(bytes).subarray(4)).not.toBeInstanceOf(Snapshot);
    expect(() => new Snapshot(bytes).diff(new Uint8Array(4))).toThrow(SnapshotRefused);
    expect(() => new Snapshot(bytes).diff([] as never)).toThrow(TypeError);
  });
});

describe("restore", () => {
  test("refuses arguments that are none", async () => {
    const { machine } = await started();
    const snapshot = machine.snapshot();
    const wrong: [unknown, unknown, typeof Error][] = [
      ["text", {}, TypeError],
      [snapshot, { other: 1 }, TypeError],
      [snapshot, { attach: { other: 1 } }, TypeError],
      [snapshot, { attach: { files: 1 } }, TypeError],
      [snapshot, { attach: { pageStore: {} } }, TypeError],
      [snapshot, { space: "elsewhere" }, RangeError],
      [snapshot, { module: {} }, TypeError],
    ];
    for (const [bytes, options, kind] of wrong) {
      await expect(Machine.restore(bytes as never, options as never)).rejects.toThrow(kind);
    }
    const wide = await started("win64");
    await expect(Machine.restore(wide.machine.snapshot(), { space: "windowed" })).rejects.toThrow(
      "no process of the snapshot can be windowed",
    );
  });

  test("leaves the bytes alone, and is not moved by who changes them", async () => {
    const { machine } = await started();
    const snapshot = machine.snapshot();
    const restored = Machine.restore(snapshot, { module: coreModule() });
    snapshot.fill(0);
    expect((await restored).hash()).toBe(machine.hash());
  });
});
