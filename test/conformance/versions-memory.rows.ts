import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RESERVE,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_TARGETS_INVALID,
  PAGE_TARGETS_NO_UPDATE,
  PAGE_WRITECOMBINE,
  SEC_IMAGE_NO_EXECUTE,
  SEC_RESERVE,
  STATUS_SUCCESS,
} from "../../src/constants.ts";
import { EXECUTE, touch } from "./support/fault.ts";
import { openProgram, SECTIONS } from "./support/images.ts";
import { hex } from "./support/refusal.ts";
import { ON_WIN64 } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";
import { createNative, mapNative, mapping, section } from "./support/sections.ts";
import {
  type Answer,
  allocates,
  both,
  COMMITTED,
  creates,
  executes,
  protects,
  refused,
  type VersionRow,
} from "./support/versions.ts";

const UNKNOWN_PROTECTION = refused("C0000045", "2.1#9");
const NO_SECTION = refused("C0000045", "7.1#5");
/** The first byte behind the 8 TB that a process had. */
const BEHIND_8TB = 0x80000000000;

/** One zero bit, of an allocation and of a view. */
function placesBelow2G(scene: Scene): Answer {
  const { NtAllocateVirtualMemory } = scene.ntdll;
  const status = (call: () => number) => [hex(call()), scene.machine.decision].join(" ");
  const handle = mapping(scene, 1);
  const size = { value: PAGE };
  return {
    memory: status(() =>
      NtAllocateVirtualMemory(SELF, { value: 0 }, 1, size, MEM_RESERVE, PAGE_READWRITE),
    ),
    view: status(() => mapNative(scene, { section: handle, zeroBits: 1 }).status),
  };
}

/** A page of a reserved section that may only be read, committed to be written. */
function commitsMore(scene: Scene): Answer {
  const handle = section(scene, 1, PAGE_READWRITE, SEC_RESERVE);
  const { base, status } = mapNative(scene, { section: handle, protect: PAGE_READONLY });
  if (status !== STATUS_SUCCESS) throw new Error(`no view: ${scene.machine.decision}`);
  const answer = allocates(scene, { base, type: MEM_COMMIT, protect: PAGE_READWRITE });
  return answer === "ok" ? scene.protectionAt(base) : answer;
}

/** What is decommitted as a whole: base and size that come back. */
function decommits(scene: Scene): Answer {
  scene.take(BASE, GRANULARITY);
  const base = { value: BASE + 1 };
  const size = { value: 0 };
  const status = scene.ntdll.NtFreeVirtualMemory(SELF, base, size, MEM_DECOMMIT);
  return { status, base: base.value, size: size.value };
}

/** The protection of a page: asked for in an ordinary region, then plain in a special one. */
function cached(scene: Scene, flag: number): Answer {
  const other = BASE + GRANULARITY;
  scene.take(BASE, PAGE);
  scene.allocate(other, GRANULARITY, MEM_RESERVE, PAGE_READWRITE | flag);
  scene.commit(other, PAGE);
  const committed = scene.protectionAt(other);
  const ordinary = protects(scene, BASE, PAGE_READWRITE | flag);
  return { ordinary, committed, special: protects(scene, other, PAGE_READWRITE) };
}

const cachedByPage = (flag: number): Answer => ({
  ordinary: PAGE_READWRITE | flag,
  committed: PAGE_READWRITE,
  special: PAGE_READWRITE,
});

const cachedByRegion = (flag: number): Answer => ({
  ordinary: PAGE_READWRITE,
  committed: PAGE_READWRITE | flag,
  special: PAGE_READWRITE | flag,
});

/** A watched page that is locked, where there is write watch. */
function locks(scene: Scene): Answer {
  scene.watched(BASE, PAGE);
  const answer = both(
    scene,
    () => scene.ntdll.NtLockVirtualMemory(SELF, { value: BASE }, { value: PAGE }, 1),
    () => scene.kernel32.VirtualLock(BASE, PAGE) === 1,
  );
  return answer === "ok" ? scene.marks(BASE, PAGE).length : answer;
}

/** The rest of table 14.2: what memory is like. */
export const MEMORY_ROWS: readonly VersionRow[] = [
  {
    rule: "14.2#8",
    title: "a section that is executed and read",
    probe: (scene) => executes(scene, PAGE_EXECUTE_READ),
    answers: [
      ["nt4", NO_SECTION],
      ["winxp", "ok"],
    ],
  },
  {
    rule: "14.2#8",
    title: "a section that is executed, read and written",
    probe: (scene) => executes(scene, PAGE_EXECUTE_READWRITE),
    answers: [
      ["nt4", NO_SECTION],
      ["winxp", "ok"],
    ],
  },
  {
    rule: "14.2#8",
    title: "a section that is executed alone, which only the service makes",
    probe(scene) {
      const { status } = createNative(scene, PAGE, PAGE_EXECUTE);
      return { status, decision: scene.machine.decision };
    },
    answers: [
      ["nt4", { status: 0xc0000045, decision: "7.1#5" }],
      ["winxp", { status: 0, decision: "7.1" }],
    ],
  },
  {
    rule: "7.1#5",
    title: "a section whose call targets are invalid, in no version",
    probe(scene) {
      const { status } = createNative(scene, PAGE, PAGE_EXECUTE_READ | PAGE_TARGETS_INVALID);
      return { status, decision: scene.machine.decision };
    },
    answers: [["nt4", { status: 0xc0000045, decision: "7.1#5" }]],
  },
  {
    rule: "14.2#9",
    title: "a section that is executed and copied on write",
    probe: (scene) => executes(scene, PAGE_EXECUTE_WRITECOPY),
    answers: [
      ["nt4", NO_SECTION],
      ["vista", "ok"],
    ],
  },
  {
    rule: "14.2#11",
    title: "a fetch from data",
    probe(scene) {
      const fault = touch(scene, EXECUTE, scene.take(BASE, PAGE));
      return fault && { code: fault.code, access: fault.access };
    },
    answers: [
      ["nt4", null],
      ["winxp", { code: 0xc0000005, access: 8 }],
    ],
  },
  {
    rule: "14.2#12",
    title: "DECOMMIT of a whole region",
    probe: decommits,
    answers: [
      ["nt4", { status: 0, base: BASE, size: GRANULARITY }],
      ["win10", { status: 0, base: BASE, size: 0 }],
    ],
  },
  {
    rule: "14.2#13",
    title: "one zero bit",
    probe: placesBelow2G,
    answers: [
      ["nt4", { memory: "C00000F1 2.1#1", view: "C00000F2 7.2#6" }],
      ["vista", { memory: "00000000 2.2#R3", view: "00000000 7.2" }],
    ],
  },
  {
    rule: "14.2#14",
    title: "a commit in a view that asks for more than the view allows",
    probe: commitsMore,
    answers: [
      ["nt4", PAGE_READWRITE],
      ["win7", refused("C000004E", "2.3#C7")],
    ],
  },
  {
    rule: "14.2#15",
    title: "the highest address of a 64-bit process",
    on: ON_WIN64,
    probe: ({ machine }) => machine.highestUserAddress,
    answers: [
      ["nt4", 0x7fffffeffff],
      ["win8.1", 0x7ffffffeffff],
    ],
  },
  {
    rule: "14.2#15",
    title: "a region behind 8 TB",
    on: ON_WIN64,
    probe: (scene) => allocates(scene, { base: BEHIND_8TB, type: MEM_RESERVE }),
    answers: [
      ["nt4", refused("C00000F0", "2.1#11")],
      ["win8.1", "ok"],
    ],
  },
  {
    rule: "14.2#16",
    title: "PAGE_NOCACHE, by page or by region",
    probe: (scene) => cached(scene, PAGE_NOCACHE),
    answers: [
      ["nt4", cachedByPage(PAGE_NOCACHE)],
      ["win7", cachedByRegion(PAGE_NOCACHE)],
    ],
  },
  {
    rule: "14.2#16",
    title: "PAGE_WRITECOMBINE, by page or by region",
    probe: (scene) => cached(scene, PAGE_WRITECOMBINE),
    answers: [
      ["winxp", cachedByPage(PAGE_WRITECOMBINE)],
      ["win7", cachedByRegion(PAGE_WRITECOMBINE)],
    ],
  },
  {
    rule: "14.2#17",
    title: "pages that VirtualLock marks as written",
    probe: locks,
    answers: [
      ["winxp", 1],
      ["win8", 0],
      ["win8.1", 1],
    ],
  },
  {
    rule: "17.1#13",
    title: "PAGE_TARGETS_INVALID",
    probe: (scene) =>
      allocates(scene, { type: COMMITTED, protect: PAGE_EXECUTE_READ | PAGE_TARGETS_INVALID }),
    answers: [
      ["nt4", UNKNOWN_PROTECTION],
      ["win8.1", "ok"],
    ],
  },
  {
    rule: "17.1#13",
    title: "PAGE_TARGETS_NO_UPDATE of VirtualProtect",
    probe(scene) {
      const protect = PAGE_EXECUTE_READ | PAGE_TARGETS_NO_UPDATE;
      return protects(scene, scene.take(BASE, PAGE, PAGE_EXECUTE_READ), protect);
    },
    answers: [
      ["nt4", refused("C0000045", "3.3#1")],
      ["win8.1", PAGE_EXECUTE_READ],
    ],
  },
  {
    rule: "7.1#28",
    title: "SEC_IMAGE_NO_EXECUTE",
    probe(scene) {
      const file = openProgram(scene, { sections: SECTIONS });
      const attributes = SEC_IMAGE_NO_EXECUTE;
      return creates(scene, { file, protect: PAGE_READONLY, attributes, size: 0 });
    },
    answers: [
      ["nt4", refused("C00000F4", "7.1#4")],
      ["win8", "ok"],
    ],
  },
  {
    rule: "12.2#9",
    title: "ReadProcessMemory into a page that is only read",
    probe(scene) {
      scene.take(BASE, PAGE);
      const buffer = scene.take(BASE + GRANULARITY, 2 * PAGE) + PAGE;
      scene.protect(buffer, PAGE, PAGE_READONLY);
      const done = BASE + 0x800;
      scene.memory.setUint32(done, 0xbad);
      const { NtReadVirtualMemory } = scene.ntdll;
      const answer = both(
        scene,
        () => NtReadVirtualMemory(SELF, BASE, buffer - 4, 8, { value: 0 }),
        () => scene.kernel32.ReadProcessMemory(SELF, BASE, buffer - 4, 8, done) === 1,
      );
      return { answer, done: scene.memory.getUint32(done) };
    },
    answers: [
      ["nt4", { answer: refused("C0000005", "12.2#9", 998), done: 0 }],
      ["win10", { answer: refused("8000000D", "12.2#9", 299), done: 4 }],
    ],
  },
  {
    rule: "17.4#11",
    title: "WriteProcessMemory of nothing, anywhere",
    probe({ kernel32: { GetLastError, SetLastError, WriteProcessMemory } }) {
      const done = { value: 0xbad };
      SetLastError(0);
      const isDone = WriteProcessMemory(SELF, BASE, new Uint8Array(0), 0, done);
      return { isDone, error: GetLastError(), done: done.value };
    },
    answers: [
      ["nt4", { isDone: 0, error: 87, done: 0xbad }],
      ["win10", { isDone: 1, error: 0, done: 0 }],
    ],
  },
];
