import {
  MEM_COALESCE_PLACEHOLDERS,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_PRESERVE_PLACEHOLDER,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_WRITE_WATCH,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
  SEC_COMMIT,
  SEC_LARGE_PAGES,
  SEC_WRITECOMBINE,
  VmOfferPriorityLow,
} from "../../src/constants.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";
import { mapNative, mapping, view } from "./support/sections.ts";
import {
  type Answer,
  allocates,
  both,
  COMMITTED,
  creates,
  MISSING,
  protects,
  refused,
  type VersionRow,
} from "./support/versions.ts";

const UNKNOWN_TYPE = refused("C00000F3", "2.1#2");
const UNKNOWN_FREE = refused("C00000F2", "3.1#2");
const UNKNOWN_ATTRIBUTE = refused("C00000F4", "7.1#4");
const PRIVILEGED = { lockMemoryPrivilege: true };
const LARGE = 0x200000;

/** The three calls answer an error code, and have no service of their own. */
function offers(scene: Scene): Answer {
  scene.take(BASE, 2 * PAGE);
  const { DiscardVirtualMemory, OfferVirtualMemory, ReclaimVirtualMemory } = scene.kernel32;
  return {
    offer: OfferVirtualMemory(BASE, PAGE, VmOfferPriorityLow),
    reclaim: ReclaimVirtualMemory(BASE, PAGE),
    discard: DiscardVirtualMemory(BASE + PAGE, PAGE),
  };
}

const offered = (code: number): Answer => ({ offer: code, reclaim: code, discard: code });

/** What a written page of a region says, watched where the version can. */
function watches(scene: Scene): Answer {
  const { GetWriteWatch, VirtualAlloc } = scene.kernel32;
  const { NtGetWriteWatch } = scene.ntdll;
  VirtualAlloc(BASE, PAGE, COMMITTED | MEM_WRITE_WATCH, PAGE_READWRITE) || scene.take(BASE, PAGE);
  scene.memory.setUint8(BASE, 1);
  const found = { value: [0] };
  const answer = both(
    scene,
    () => NtGetWriteWatch(SELF, 0, BASE, PAGE, { value: [] }, { value: 1 }, { value: 0 }),
    () => GetWriteWatch(0, BASE, PAGE, found, { value: 1 }, { value: 0 }) === 0,
  );
  return answer === "ok" ? (found.value[0] as number) : answer;
}

function forgetsWrites(scene: Scene): Answer {
  const { ResetWriteWatch, VirtualAlloc } = scene.kernel32;
  VirtualAlloc(BASE, PAGE, COMMITTED | MEM_WRITE_WATCH, PAGE_READWRITE) || scene.take(BASE, PAGE);
  return both(
    scene,
    () => scene.ntdll.NtResetWriteWatch(SELF, BASE, PAGE),
    () => ResetWriteWatch(BASE, PAGE) === 0,
  );
}

function prefetches(scene: Scene): Answer {
  const ranges = [{ VirtualAddress: scene.take(BASE, PAGE), NumberOfBytes: PAGE }];
  const { NtSetInformationVirtualMemory } = scene.ntdll;
  return both(
    scene,
    () => NtSetInformationVirtualMemory(SELF, 0, 1, ranges, { value: 0 }, 4),
    () => scene.kernel32.PrefetchVirtualMemory(SELF, 1, ranges, 0) === 1,
  );
}

function ownsFrames(scene: Scene): Answer {
  const { NtAllocateUserPhysicalPages } = scene.ntdll;
  const { AllocateUserPhysicalPages } = scene.kernel32;
  return both(
    scene,
    () => NtAllocateUserPhysicalPages(SELF, { value: 1 }, { value: [] }),
    () => AllocateUserPhysicalPages(SELF, { value: 1 }, { value: [] }) === 1,
  );
}

/** A view may leave a placeholder behind only where it took the place of one. */
function unmaps(scene: Scene, flags: number): Answer {
  const handle = mapping(scene, 1);
  const views = [view(scene, handle), view(scene, handle)] as const;
  return both(
    scene,
    () => scene.ntdll.NtUnmapViewOfSectionEx(SELF, views[0], flags),
    () => scene.kernel32.UnmapViewOfFileEx(views[1], flags) === 1,
  );
}

function mapsInPlace(scene: Scene): Answer {
  const handle = mapping(scene, 1);
  const { NtMapViewOfSectionEx } = scene.ntdll;
  const { MapViewOfFile3 } = scene.kernel32;
  return both(
    scene,
    () => NtMapViewOfSectionEx(handle, SELF, { value: 0 }, null, { value: 0 }, 0, PAGE_READWRITE),
    () => MapViewOfFile3(handle, SELF, 0, 0, 0, 0, PAGE_READWRITE) !== 0,
  );
}

function allocates2(scene: Scene): Answer {
  const { NtAllocateVirtualMemoryEx } = scene.ntdll;
  const { VirtualAlloc2 } = scene.kernel32;
  return both(
    scene,
    () =>
      NtAllocateVirtualMemoryEx(SELF, { value: 0 }, { value: PAGE }, MEM_RESERVE, PAGE_READWRITE),
    () => VirtualAlloc2(SELF, 0, PAGE, MEM_RESERVE, PAGE_READWRITE) !== 0,
  );
}

/** RELEASE with a flag for placeholders, of memory that is none. */
function releases(scene: Scene, flag: number): Answer {
  scene.reserve(BASE, GRANULARITY);
  const { NtFreeVirtualMemory } = scene.ntdll;
  const type = MEM_RELEASE | flag;
  return both(
    scene,
    () => NtFreeVirtualMemory(SELF, { value: BASE }, { value: GRANULARITY }, type),
    () => scene.kernel32.VirtualFree(BASE, GRANULARITY, type) === 1,
  );
}

/** Rows 1 to 7 and 10 of table 14.2: types, and the calls that belong to them. */
export const CALL_ROWS: readonly VersionRow[] = [
  {
    rule: "14.2#1",
    title: "MEM_RESET",
    probe(scene) {
      return allocates(scene, { base: scene.take(BASE, PAGE), type: MEM_RESET });
    },
    answers: [["nt4", "ok"]],
  },
  {
    rule: "14.2#2",
    title: "VirtualAllocEx",
    probe: ({ kernel32: { VirtualAllocEx } }) =>
      VirtualAllocEx(SELF, BASE, PAGE, MEM_RESERVE, PAGE_READWRITE),
    answers: [["nt4", BASE]],
  },
  {
    rule: "14.2#2",
    title: "MEM_PHYSICAL",
    probe: (scene) => allocates(scene, { type: MEM_RESERVE | MEM_PHYSICAL }),
    answers: [
      ["nt4", UNKNOWN_TYPE],
      ["win2000", "ok"],
    ],
  },
  {
    rule: "14.2#2",
    title: "AllocateUserPhysicalPages",
    machine: PRIVILEGED,
    probe: ownsFrames,
    answers: [
      ["nt4", MISSING],
      ["win2000", "ok"],
    ],
  },
  {
    rule: "14.2#3",
    title: "MEM_WRITE_WATCH",
    probe: (scene) => allocates(scene, { type: COMMITTED | MEM_WRITE_WATCH }),
    answers: [
      ["nt4", UNKNOWN_TYPE],
      ["winxp", "ok"],
    ],
  },
  {
    rule: "14.2#3",
    title: "GetWriteWatch",
    probe: watches,
    answers: [
      ["nt4", MISSING],
      ["winxp", BASE],
    ],
  },
  {
    rule: "14.2#3",
    title: "ResetWriteWatch",
    probe: forgetsWrites,
    answers: [
      ["nt4", MISSING],
      ["winxp", "ok"],
    ],
  },
  {
    rule: "14.2#4",
    title: "MEM_LARGE_PAGES without the privilege",
    probe: (scene) => allocates(scene, { size: LARGE, type: COMMITTED | MEM_LARGE_PAGES }),
    answers: [
      ["nt4", UNKNOWN_TYPE],
      ["winxp", refused("C0000061", "2.1#15", 1314)],
    ],
  },
  {
    rule: "14.2#4",
    title: "MEM_LARGE_PAGES",
    machine: PRIVILEGED,
    probe: (scene) => allocates(scene, { size: LARGE, type: COMMITTED | MEM_LARGE_PAGES }),
    answers: [
      ["nt4", UNKNOWN_TYPE],
      ["winxp", "ok"],
    ],
  },
  {
    rule: "14.2#4",
    title: "GetLargePageMinimum",
    probe: ({ kernel32: { GetLargePageMinimum } }) => GetLargePageMinimum(),
    answers: [
      ["nt4", 0],
      ["winxp", LARGE],
    ],
  },
  {
    rule: "14.2#4",
    title: "SEC_LARGE_PAGES without the privilege",
    probe: (scene) => creates(scene, { attributes: SEC_COMMIT | SEC_LARGE_PAGES, size: LARGE }),
    answers: [
      ["nt4", UNKNOWN_ATTRIBUTE],
      ["winxp", refused("C0000061", "7.1#8", 1314)],
    ],
  },
  {
    rule: "14.2#4",
    title: "a view with large pages",
    probe(scene) {
      const { status } = mapNative(scene, { section: mapping(scene, 1), type: MEM_LARGE_PAGES });
      return { status, decision: scene.machine.decision };
    },
    answers: [
      ["nt4", { status: 0xc00000f7, decision: "7.2#2" }],
      ["winxp", { status: 0, decision: "7.2" }],
    ],
  },
  {
    rule: "14.2#4",
    title: "PAGE_WRITECOMBINE",
    probe(scene) {
      const protect = PAGE_READWRITE | PAGE_WRITECOMBINE;
      return allocates(scene, { base: BASE, type: MEM_RESERVE, protect });
    },
    answers: [
      ["nt4", refused("C0000045", "2.1#9")],
      ["winxp", "ok"],
    ],
  },
  {
    rule: "14.2#4",
    title: "PAGE_WRITECOMBINE of VirtualProtect, dropped or not (14.2#16)",
    probe: (scene) => protects(scene, scene.take(BASE, PAGE), PAGE_READWRITE | PAGE_WRITECOMBINE),
    answers: [
      ["nt4", refused("C0000045", "3.3#1")],
      ["winxp", PAGE_READWRITE | PAGE_WRITECOMBINE],
      ["win7", PAGE_READWRITE],
    ],
  },
  {
    rule: "17.1#13",
    title: "SEC_WRITECOMBINE",
    probe: (scene) => creates(scene, { attributes: SEC_COMMIT | SEC_WRITECOMBINE }),
    answers: [
      ["nt4", UNKNOWN_ATTRIBUTE],
      ["vista", "ok"],
    ],
  },
  {
    rule: "14.2#5",
    title: "MEM_RESET_UNDO",
    probe(scene) {
      return allocates(scene, { base: scene.take(BASE, PAGE), type: MEM_RESET_UNDO });
    },
    answers: [
      ["nt4", UNKNOWN_TYPE],
      ["win8", "ok"],
    ],
  },
  {
    rule: "14.2#6",
    title: "OfferVirtualMemory, ReclaimVirtualMemory, DiscardVirtualMemory",
    probe: offers,
    answers: [
      ["nt4", offered(120)],
      ["win8.1", offered(0)],
    ],
  },
  {
    rule: "14.2#7",
    title: "PrefetchVirtualMemory",
    probe: prefetches,
    answers: [
      ["nt4", MISSING],
      ["win8", "ok"],
    ],
  },
  {
    rule: "14.2#10",
    title: "VirtualAlloc2",
    probe: allocates2,
    answers: [
      ["nt4", MISSING],
      ["win10", "ok"],
    ],
  },
  {
    rule: "14.2#10",
    title: "MapViewOfFile3",
    probe: mapsInPlace,
    answers: [
      ["nt4", MISSING],
      ["win10", "ok"],
    ],
  },
  {
    rule: "14.2#10",
    title: "RELEASE with MEM_PRESERVE_PLACEHOLDER",
    probe: (scene) => releases(scene, MEM_PRESERVE_PLACEHOLDER),
    answers: [
      ["nt4", UNKNOWN_FREE],
      ["win10", refused("C0000018", "8.3#5", 487)],
    ],
  },
  {
    rule: "14.2#10",
    title: "RELEASE with MEM_COALESCE_PLACEHOLDERS",
    probe: (scene) => releases(scene, MEM_COALESCE_PLACEHOLDERS),
    answers: [
      ["nt4", UNKNOWN_FREE],
      ["win10", refused("C0000018", "8.3#7", 487)],
    ],
  },
  {
    rule: "17.1#13",
    title: "UnmapViewOfFileEx with MEM_PRESERVE_PLACEHOLDER",
    probe: (scene) => unmaps(scene, MEM_PRESERVE_PLACEHOLDER),
    answers: [
      ["nt4", MISSING],
      ["win8", refused("C000000D", "7.5#5")],
      ["win10", refused("C0000018", "7.5#5", 487)],
    ],
  },
  {
    rule: "17.1#12",
    title: "UnmapViewOfFileEx",
    probe: (scene) => unmaps(scene, 0),
    answers: [
      ["nt4", MISSING],
      ["win8", "ok"],
    ],
  },
];
