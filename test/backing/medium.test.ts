import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { DiskFull } from "../../src/file-backing.ts";
import { type Medium, MediumFile } from "../../src/medium.ts";
import { MemoryFile } from "../../src/memory-file.ts";
import { Descriptor } from "../../src/node/medium.ts";
import { NodeFile } from "../../src/node.ts";
import { OpfsFile, OpfsPageStore, type SyncAccessHandle } from "../../src/opfs.ts";
import { closableFileChecks, fileChecks, fullFileChecks } from "./file-contract.ts";
import { describeChecks } from "./suites.ts";

const synced = vi.hoisted(() => [] as number[]);

vi.mock("node:fs", async (importOriginal) => {
  const fs = await importOriginal<typeof import("node:fs")>();
  const fsyncSync = (descriptor: number) => {
    synced.push(descriptor);
    fs.fsyncSync(descriptor);
  };
  return { ...fs, fsyncSync };
});

/** What a medium throws when it is full. */
class NoRoom extends Error {}

/** A medium that does at most `stepBytes` at a time, and notes what it was asked for. */
class SlowMedium implements Medium {
  readonly log: string[] = [];
  readonly file: MemoryFile;
  readonly #stepBytes: number;

  constructor(stepBytes: number, capacityBytes?: number) {
    this.#stepBytes = stepBytes;
    this.file = new MemoryFile({ capacityBytes });
  }

  sizeBytes(): number {
    return this.file.sizeBytes;
  }

  read(position: number, target: Uint8Array): number {
    return this.file.read(position, target.subarray(0, this.#stepBytes));
  }

  write(position: number, source: Uint8Array): number {
    const part = source.subarray(0, this.#stepBytes);
    this.#orNoRoom(() => this.file.write(position, part));
    return part.length;
  }

  resize(sizeBytes: number): void {
    this.#orNoRoom(() => this.file.resize(sizeBytes));
  }

  flush(): void {
    this.log.push("flush");
  }

  close(): void {
    this.log.push("close");
  }

  isFull(error: unknown): boolean {
    return error instanceof NoRoom;
  }

  #orNoRoom(action: () => void): void {
    try {
      action();
    } catch {
      throw new NoRoom("no room");
    }
  }
}

const opened = (file: MediumFile) => ({ subject: file, close: () => file.close() });

describeChecks("MediumFile over a medium that works in steps", fileChecks, () =>
  opened(new MediumFile(new SlowMedium(1_000))),
);
describeChecks("MediumFile, closed", closableFileChecks, () =>
  opened(new MediumFile(new SlowMedium(1_000))),
);
describeChecks("MediumFile over a medium without room", fullFileChecks, () =>
  opened(new MediumFile(new SlowMedium(1_000, 200_500))),
);

describe("MediumFile", () => {
  const bytes = new Uint8Array(10).fill(1);
  const broken = new Error("broken");
  const fail = (error: Error) => () => {
    throw error;
  };
  afterEach(() => vi.restoreAllMocks());

  test("passes flush and one close on", () => {
    const medium = new SlowMedium(5);
    const file = new MediumFile(medium);
    file.flush();
    file.close();
    file.close();
    expect(medium.log).toEqual(["flush", "close"]);
  });

  test("gives what the medium said as the cause", () => {
    const file = new MediumFile(new SlowMedium(5, 3));
    const caught = [() => file.write(0, bytes), () => file.resize(4)].map((action) => {
      try {
        action();
      } catch (error) {
        return error as Error;
      }
      return undefined;
    });
    for (const error of caught) {
      expect(error).toBeInstanceOf(DiskFull);
      expect(error?.cause).toBeInstanceOf(NoRoom);
      expect(error?.message).toBe("no room");
    }
  });

  test("a flush for which there is no room is DiskFull", () => {
    const medium = new SlowMedium(5);
    vi.spyOn(medium, "flush").mockImplementation(fail(new NoRoom()));
    expect(() => new MediumFile(medium).flush()).toThrow(DiskFull);
  });

  test("throws what else fails as it is, and cuts the file back", () => {
    const medium = new SlowMedium(4);
    const file = new MediumFile(medium);
    file.write(0, bytes.subarray(0, 2));
    const write = medium.write.bind(medium);
    vi.spyOn(medium, "write").mockImplementation((position, source) => {
      return position < 8 ? write(position, source) : fail(broken)();
    });
    expect(() => file.write(0, bytes)).toThrow(broken);
    expect(file.sizeBytes).toBe(2);
    for (const method of ["read", "resize", "flush"] as const) {
      vi.spyOn(medium, method).mockImplementation(fail(broken));
    }
    expect(() => file.read(0, bytes)).toThrow(broken);
    expect(() => file.resize(0)).toThrow(broken);
    expect(() => file.flush()).toThrow(broken);
  });

  test("says why a write failed also where the file cannot be cut back", () => {
    const medium = new SlowMedium(4, 8);
    vi.spyOn(medium, "resize").mockImplementation(fail(broken));
    expect(() => new MediumFile(medium).write(0, bytes)).toThrow(DiskFull);
  });

  test("a medium that takes nothing is full", () => {
    const medium = new SlowMedium(0);
    expect(() => new MediumFile(medium).write(0, bytes)).toThrow(DiskFull);
  });
});

describe("Descriptor", () => {
  test("flush is fsync", () => {
    const path = join(tmpdir(), `guardpage-sync-${process.pid}`);
    const file = NodeFile.open(path, { create: true });
    onTestFinished(() => {
      file.close();
      rmSync(path);
    });
    const before = synced.length;
    file.flush();
    expect(synced.length).toBe(before + 1);
  });

  test.each([
    ["ENOSPC", true],
    ["EDQUOT", true],
    ["EFBIG", true],
    ["EIO", false],
    ["EBADF", false],
  ])("%s: no room is %s", (code, expected) => {
    const descriptor = new Descriptor(-1);
    expect(descriptor.isFull(Object.assign(new Error(code), { code }))).toBe(expected);
    expect(descriptor.isFull({ code })).toBe(false);
  });

  test.runIf(existsSync("/dev/full"))("a device without space is DiskFull", () => {
    const file = NodeFile.open("/dev/full");
    expect(() => file.write(0, Uint8Array.of(1))).toThrow(DiskFull);
    expect(() => file.resize(0)).toThrow("EINVAL");
    file.close();
  });
});

describe("a handle of the origin private file system", () => {
  function handle(changes: Partial<SyncAccessHandle> = {}) {
    const file = new MemoryFile({ contents: Uint8Array.of(1, 2, 3) });
    const log: string[] = [];
    const double: SyncAccessHandle = {
      getSize: () => file.sizeBytes,
      read: (target, { at }) => file.read(at, target),
      write: (source, { at }) => {
        file.write(at, source);
        return source.length;
      },
      truncate: (sizeBytes) => file.resize(sizeBytes),
      flush: () => log.push("flush"),
      close: () => log.push("close"),
      ...changes,
    };
    return { file, log, double };
  }

  test("is flushed and closed", () => {
    const { double, log } = handle();
    const file = new OpfsFile(double);
    file.flush();
    file.close();
    expect(log).toEqual(["flush", "close"]);
  });

  test("keeps its bytes under a file, and loses them under a page store", () => {
    const { double, file } = handle();
    expect(new OpfsFile(double).sizeBytes).toBe(3);
    const store = new OpfsPageStore(double);
    expect(file.sizeBytes).toBe(0);
    store.write(1, new Uint8Array(4_096));
    expect(file.sizeBytes).toBe(8_192);
  });

  test.each([
    ["QuotaExceededError", DiskFull],
    ["InvalidStateError", DOMException],
  ])("%s is the right error", (name, kind) => {
    const write = () => {
      throw new DOMException("no", name);
    };
    const file = new OpfsFile(handle({ write }).double);
    expect(() => file.write(0, Uint8Array.of(1))).toThrow(kind);
  });
});
