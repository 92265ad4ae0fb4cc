import { expect } from "vitest";
import {
  ERROR_COMMITMENT_LIMIT,
  ERROR_INVALID_PARAMETER,
  FILE_MAP_EXECUTE,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  INVALID_HANDLE_VALUE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  SEC_COMMIT,
  SEC_FILE,
  SEC_IMAGE,
  SEC_LARGE_PAGES,
  SEC_NOCACHE,
  SEC_RESERVE,
  SEC_WRITECOMBINE,
  STATUS_COMMITMENT_LIMIT,
  STATUS_INVALID_FILE_FOR_SECTION,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_6,
  STATUS_OBJECT_NAME_EXISTS,
  STATUS_PRIVILEGE_NOT_HELD,
  STATUS_SECTION_TOO_BIG,
} from "../../src/constants.ts";
import { expectError, expectStatus } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { PAGE, type Scene } from "./support/scene.ts";
import { create, createNative, map, mapping, view } from "./support/sections.ts";

/** CreateFileMapping that has to fail by this row with this error. */
function refused(scene: Scene, decision: string, error: number, protect: number, size = PAGE) {
  expectError(scene, { decision, error }, () => create(scene, protect, size));
}

/** NtCreateSection that has to fail by this row with this status. */
function refusedNative(
  scene: Scene,
  { decision, status }: { decision: string; status: number },
  size: number | bigint,
  protect: number,
  attributes: number,
) {
  const call = () => createNative(scene, size, protect, attributes).status;
  expectStatus(scene, { decision, status }, call);
}

interface Basic {
  BaseAddress: number;
  Attributes: number;
  Size: number;
}

/** SectionBasicInformation of a handle that may query. */
function information(scene: Scene, handle: number): Basic {
  const out = { value: {} as Basic };
  expect(scene.ntdll.NtQuerySection(handle, 0, out as never, 24)).toBe(0);
  return out.value;
}

rule("7.1#1", "no base, NOACCESS, EXECUTE, two bases, modifiers; before the size", (scene) => {
  for (const protect of [0, 0x01, 0x10, 0x03, 0x104, 0x204, 0x404, 0x20000004]) {
    refused(scene, "7.1#1", ERROR_INVALID_PARAMETER, protect, 0);
  }
});

rule("7.1#1", "the six that are left", (scene) => {
  for (const protect of [0x02, 0x04, 0x08, 0x20, 0x40, 0x80]) mapping(scene, 1, protect);
});

rule("7.1#2", "before the attributes", (scene) => {
  refused(scene, "7.1#2", ERROR_INVALID_PARAMETER, PAGE_READWRITE, 0);
  refused(scene, "7.1#2", ERROR_INVALID_PARAMETER, PAGE_READWRITE | SEC_FILE, 0);
});

rule("7.1#3", "the section is committed and says so", (scene) => {
  const before = scene.machine.counters.commitCharge;
  const handle = mapping(scene, 3);
  expect(scene.machine.counters.commitCharge).toBe(before + 3);
  expect(information(scene, handle).Attributes).toBe(SEC_COMMIT);
});

rule("7.1#4", "at the Win32 level", (scene) => {
  for (const attributes of [SEC_FILE, SEC_COMMIT | SEC_RESERVE, SEC_IMAGE | SEC_COMMIT]) {
    refused(scene, "7.1#4", ERROR_INVALID_PARAMETER, PAGE_READWRITE | attributes);
  }
});

rule("7.1#4", "of the service, before protection and size", (scene) => {
  const answer = { decision: "7.1#4", status: STATUS_INVALID_PARAMETER_6 };
  for (const attributes of [0, SEC_FILE, 0x1, SEC_COMMIT | SEC_RESERVE, SEC_NOCACHE]) {
    refusedNative(scene, answer, 0, PAGE_GUARD, attributes);
  }
});

rule("7.1#5", "before the size", (scene) => {
  const answer = { decision: "7.1#5", status: STATUS_INVALID_PAGE_PROTECTION };
  for (const protect of [0, 0x03, PAGE_NOACCESS, 0x104, 0x204, 0x404]) {
    refusedNative(scene, answer, 0, protect, SEC_COMMIT);
  }
});

rule("7.1#6", "0 and negative, before image and privilege", (scene) => {
  const answer = { decision: "7.1#6", status: STATUS_INVALID_PARAMETER_4 };
  for (const size of [0, -1, -(2n ** 63n)]) {
    refusedNative(scene, answer, size, PAGE_READWRITE, SEC_COMMIT);
  }
  refusedNative(scene, answer, 0, PAGE_READONLY, SEC_IMAGE);
  refusedNative(scene, answer, 0, PAGE_READWRITE, SEC_COMMIT | SEC_LARGE_PAGES);
});

rule("7.1#7", "193", (scene) => {
  const answer = { decision: "7.1#7", status: STATUS_INVALID_FILE_FOR_SECTION };
  refusedNative(scene, answer, PAGE, PAGE_READONLY, SEC_IMAGE);
  refused(scene, "7.1#7", 193, PAGE_READONLY | SEC_IMAGE);
});

rule("7.1#8", "1314 without it", (scene) => {
  const answer = { decision: "7.1#8", status: STATUS_PRIVILEGE_NOT_HELD };
  refusedNative(scene, answer, PAGE, PAGE_READWRITE, SEC_COMMIT | SEC_LARGE_PAGES);
  refused(scene, "7.1#8", 1314, PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES);
});

rule(
  "7.1#8",
  "granted",
  (scene) => {
    const protect = PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES;
    expect(create(scene, protect, 0x200000)).not.toBe(0);
  },
  { machine: { lockMemoryPrivilege: true } },
);

rule(
  "7.1#14",
  "four pages",
  (scene) => {
    const answer = { decision: "7.1#14", status: STATUS_COMMITMENT_LIMIT };
    refusedNative(scene, answer, 5 * PAGE, PAGE_READWRITE, SEC_COMMIT);
    refused(scene, "7.1#14", ERROR_COMMITMENT_LIMIT, PAGE_READWRITE, 5 * PAGE);
    mapping(scene, 5, PAGE_READWRITE | SEC_RESERVE);
    expect(scene.machine.counters.commitCharge).toBe(0);
    mapping(scene, 4);
    refused(scene, "7.1#14", ERROR_COMMITMENT_LIMIT, PAGE_READWRITE, 1);
  },
  { machine: { commitLimit: 4 } },
);

rule("7.1#15", "8", (scene) => {
  const { CreateFileMapping } = scene.kernel32;
  const answer = { decision: "7.1#15", status: STATUS_SECTION_TOO_BIG };
  refusedNative(scene, answer, 2n ** 63n - 1n, PAGE_READWRITE, SEC_COMMIT);
  expectError(scene, { decision: "7.1#15", error: 8 }, () =>
    CreateFileMapping(INVALID_HANDLE_VALUE, null, PAGE_READWRITE, 0x7fffffff, 0, null),
  );
});

rule("7.1#16", "of another process, with its own size", (scene) => {
  const other = scene.another();
  const made = mapping(other, 2, PAGE_READWRITE, "a");
  expect([other.kernel32.GetLastError(), other.machine.decision]).toEqual([0, "7.1"]);
  const before = scene.machine.counters.commitCharge;
  const handle = mapping(scene, 9, PAGE_READWRITE, "a");
  expect([scene.kernel32.GetLastError(), scene.machine.decision]).toEqual([183, "7.1#16"]);
  expect(scene.machine.counters.commitCharge).toBe(before);
  expect(information(scene, handle).Size).toBe(2 * PAGE);
  other.memory.setUint8(view(other, made), 7);
  expect(scene.memory.getUint8(view(scene, handle))).toBe(7);
});

rule("7.1#16", "of the service", (scene) => {
  const out = { value: 0 };
  const size = { value: PAGE };
  const call = () =>
    scene.ntdll.NtCreateSection(out, 1, { name: "a" }, size, PAGE_READWRITE, SEC_COMMIT, null);
  expect([call(), call()]).toEqual([0, STATUS_OBJECT_NAME_EXISTS]);
});

/** The table below the order of checks, without a file: 0 where a section is made. */
const ATTRIBUTES: readonly [attributes: number, error: number][] = [
  [0, 0],
  [SEC_COMMIT, 0],
  [SEC_COMMIT | SEC_NOCACHE, 0],
  [SEC_COMMIT | SEC_WRITECOMBINE, 0],
  [SEC_RESERVE, 0],
  [SEC_RESERVE | SEC_NOCACHE, 0],
  [SEC_RESERVE | SEC_WRITECOMBINE, 0],
  [SEC_RESERVE | SEC_COMMIT, 87],
  [SEC_RESERVE | SEC_LARGE_PAGES, 87],
  [SEC_COMMIT | SEC_LARGE_PAGES, 1314],
  [SEC_NOCACHE, 87],
  [SEC_WRITECOMBINE, 87],
  [SEC_LARGE_PAGES, 87],
  [SEC_FILE, 87],
  [SEC_FILE | SEC_COMMIT, 87],
  [SEC_FILE | SEC_RESERVE, 87],
  [SEC_FILE | SEC_IMAGE, 87],
  [SEC_IMAGE, 193],
  [SEC_IMAGE | SEC_NOCACHE, 193],
  [SEC_IMAGE | SEC_COMMIT, 87],
  [SEC_IMAGE | SEC_RESERVE, 87],
  [SEC_IMAGE | SEC_WRITECOMBINE, 87],
  [SEC_IMAGE | SEC_LARGE_PAGES, 87],
];

rule("7.1#18", "each of the table", (scene) => {
  const { SetLastError, GetLastError } = scene.kernel32;
  const seen = ATTRIBUTES.map(([attributes]) => {
    SetLastError(0);
    const handle = create(scene, PAGE_READWRITE | attributes, PAGE);
    const error = GetLastError();
    expect(handle === 0).toBe(error !== 0);
    return [attributes, error];
  });
  expect(seen).toEqual(ATTRIBUTES);
});

rule("7.1#19", "one byte, a page, a page and a byte", (scene) => {
  const sizes = [1, PAGE, PAGE + 1, 0x23456].map((bytes) => {
    return information(scene, create(scene, PAGE_READWRITE, bytes)).Size;
  });
  expect(sizes).toEqual([PAGE, PAGE, 2 * PAGE, 0x24000]);
});

rule("7.1#20", "whatever the table allows", (scene) => {
  for (const [attributes, error] of ATTRIBUTES) {
    if (error !== 0 || attributes === 0) continue;
    const handle = mapping(scene, 1, PAGE_READWRITE | attributes);
    expect(information(scene, handle).Attributes).toBe(attributes);
  }
});

rule("7.1#21", "opened and made again", (scene) => {
  const { OpenFileMapping, GetLastError } = scene.kernel32;
  mapping(scene, 1, PAGE_READWRITE, "Global\\a");
  for (const name of ["a", "Local\\a", "Global\\a"]) {
    expect(OpenFileMapping(FILE_MAP_READ, 0, name)).not.toBe(0);
    mapping(scene, 1, PAGE_READWRITE, name);
    expect(GetLastError()).toBe(183);
  }
  for (const name of ["A", "global\\a", "a "]) {
    expect([OpenFileMapping(FILE_MAP_READ, 0, name), GetLastError()]).toEqual([0, 2]);
  }
});

rule("7.1#22", "two handles and a view", (scene) => {
  const { CloseHandle, OpenFileMapping } = scene.kernel32;
  const handle = mapping(scene, 1, PAGE_READWRITE, "a");
  const base = view(scene, handle);
  scene.memory.setUint8(base, 1);
  const again = OpenFileMapping(FILE_MAP_READ, 0, "a");
  CloseHandle(handle);
  expect(OpenFileMapping(FILE_MAP_READ, 0, "a")).toBe(handle);
  CloseHandle(handle);
  CloseHandle(again);
  expect(OpenFileMapping(FILE_MAP_READ, 0, "a")).toBe(0);
  const fresh = view(scene, mapping(scene, 1, PAGE_READWRITE, "a"));
  expect([scene.memory.getUint8(base), scene.memory.getUint8(fresh)]).toEqual([1, 0]);
});

rule("7.1#23", "by what the handle maps", (scene) => {
  const rights = [0x02, 0x08, 0x04, 0x20, 0x80, 0x40].map((protect) => {
    const handle = mapping(scene, 1, protect);
    expect(information(scene, handle).Size).toBe(PAGE);
    return [FILE_MAP_READ, FILE_MAP_WRITE, FILE_MAP_READ | FILE_MAP_EXECUTE].map(
      (access) => map(scene, handle, access) !== 0,
    );
  });
  const read = [true, false, false];
  const execute = [true, false, true];
  expect(rights).toEqual([read, read, [true, true, false], execute, execute, [true, true, true]]);
});

rule("7.1#24", "unknown and NULL", (scene) => {
  const { OpenFileMapping } = scene.kernel32;
  for (const [name, error] of [["b", 2] as const, [null, 87] as const]) {
    const call = () => OpenFileMapping(FILE_MAP_READ, 0, name);
    expectError(scene, { decision: "7.1", error }, call);
  }
});
