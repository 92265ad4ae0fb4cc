import type { AweExports } from "./awe-exports.ts";
import type { CheckpointExports } from "./checkpoint-exports.ts";
import type { CodeExports } from "./code-exports.ts";
import type { EnclaveExports } from "./enclaves-exports.ts";
import type { ImageExports } from "./image-exports.ts";
import type { RequestExports } from "./requests-exports.ts";
import type { StackExports } from "./stack-exports.ts";
import type { StateExports } from "./state-exports.ts";
import type { ToolExports } from "./tools-exports.ts";
import type { ViewExports } from "./view-exports.ts";
import type { WorkingSetExports } from "./working-set-exports.ts";

/**
 * Every export of the core module and of the tools, typed. Nothing outside `src/wasm` names one.
 *
 * A function that takes or returns 64-bit numbers exists twice in the module: `name` with i64 for
 * C, Rust and other modules, and `nameF64` with doubles for JavaScript (exact below 2^53, 2.3 ns a
 * call where BigInt costs 17). The host uses the twins, and the i64 form only for an address above
 * 2^53.
 *
 * "out" parameters (`...At`) are guest addresses in the calling process, or -1: the caller wants
 * the value in the result block instead. Addresses, sizes and counts are numbers of bytes unless
 * the name says pages.
 */
export interface CoreExports
  extends RequestExports,
    ViewExports,
    WorkingSetExports,
    StackExports,
    EnclaveExports,
    AweExports,
    ImageExports,
    CodeExports,
    StateExports,
    CheckpointExports,
    ToolExports {
  readonly memory: WebAssembly.Memory;

  /**
   * Set up the machine record; once, before everything else. 1, or 0 where linear memory cannot
   * grow that far.
   */
  machineCreateF64(
    profile: number,
    version: number,
    switches: number,
    commitLimitPages: number,
    physicalPages: number,
    placementSeed: number,
    resetSeed: number,
  ): number;
  /** One figure of the machine, by `MachineCounter`. */
  machineCounterF64(counter: number): number;

  /** A new context (one per worker): its linear address, or 0. */
  contextCreate(): number;
  /** Make `space` the one that accesses of this context go to. */
  contextEnter(context: number, space: number): void;

  /**
   * A new address space: its number (1..4095), or 0 where the window is taken or memory is short.
   */
  spaceCreate(kind: number, workingSetMinPages: number, workingSetMaxPages: number): number;
  /**
   * End of process: every region, frame, lock and charge goes; calls answer PROCESS_IS_TERMINATING.
   */
  spaceTerminate(space: number): void;
  /** Give the number back. The space must be terminated. */
  spaceDestroy(space: number): void;
  /** Limit the commit charge of one space, in pages; -1 for none. */
  spaceSetQuotaF64(space: number, quotaPages: number): void;
  /** One figure of the space, by `SpaceCounter`. */
  spaceCounterF64(space: number, counter: number): number;
  /** Bytes of [base, base + size) whose pages hold a frame. */
  spaceTouchedF64(space: number, base: number, size: number): number;

  // The Nt services. `target` is the number of a space, or the NTSTATUS (>= 0x80000000) that
  // looking up the caller's
  // handle gave: the core answers with it where the documented order comes to the handle. All
  // return an NTSTATUS.

  allocateF64(
    context: number,
    target: number,
    baseAt: number,
    base: number,
    zeroBits: number,
    sizeAt: number,
    size: number,
    type: number,
    protect: number,
  ): number;
  /** VirtualAlloc2: placeholders and address requirements, of which 0 says nothing (8.1, 8.2). */
  allocateExF64(
    context: number,
    target: number,
    baseAt: number,
    base: number,
    sizeAt: number,
    size: number,
    type: number,
    protect: number,
    lowest: number,
    highest: number,
    alignment: number,
  ): number;
  freeF64(
    context: number,
    target: number,
    baseAt: number,
    base: number,
    sizeAt: number,
    size: number,
    type: number,
  ): number;
  protectF64(
    context: number,
    target: number,
    baseAt: number,
    base: number,
    sizeAt: number,
    size: number,
    protect: number,
    oldAt: number,
  ): number;
  queryF64(
    context: number,
    target: number,
    address: number,
    informationClass: number,
    bufferAt: number,
    length: number,
    returnLengthAt: number,
  ): number;
  lockF64(
    context: number,
    target: number,
    baseAt: number,
    base: number,
    sizeAt: number,
    size: number,
    mapType: number,
  ): number;
  unlockF64(
    context: number,
    target: number,
    baseAt: number,
    base: number,
    sizeAt: number,
    size: number,
    mapType: number,
  ): number;
  /** bufferAt -1: the bytes go to the transfer area, of which at most TRANSFER_BYTES a call. */
  readVirtualF64(
    context: number,
    target: number,
    address: number,
    bufferAt: number,
    size: number,
    doneAt: number,
  ): number;
  writeVirtualF64(
    context: number,
    target: number,
    address: number,
    bufferAt: number,
    size: number,
    doneAt: number,
  ): number;
  /** kernel32's WriteProcessMemory: the protection steps of semantics 12.3 around the write. */
  writeProcessF64(
    context: number,
    target: number,
    address: number,
    bufferAt: number,
    size: number,
    doneAt: number,
  ): number;
  /**
   * arrayAt -1: the page addresses (u64 each) go to the transfer area, at most WATCH_ENTRIES a
   * call.
   */
  getWriteWatchF64(
    context: number,
    target: number,
    flags: number,
    base: number,
    size: number,
    arrayAt: number,
    countAt: number,
    count: number,
    granularityAt: number,
  ): number;
  resetWriteWatchF64(context: number, target: number, base: number, size: number): number;
  /** A system service is about to read or write a buffer of the calling process (4.8). */
  serviceAskF64(context: number, address: number, length: number, access: number): number;

  // Sections, by number, and their views.

  /** Pagefile-backed section with one handle; R0 = its number. `attributes` are SEC_*. */
  sectionCreateF64(context: number, size: number, protection: number, attributes: number): number;
  /** One handle more, one handle less: without handles and views the section is gone. */
  sectionOpen(section: number): void;
  sectionClose(section: number): void;
  /** One figure of the section, by `SectionCounter`. */
  sectionCounterF64(section: number, counter: number): number;
  /**
   * `section` is a number, or the NTSTATUS of looking up its handle; `rights` are the handle's
   * SECTION_* bits. `inherit` is 1 or 2. R0 = base, R1 = size.
   */
  viewMapF64(
    context: number,
    target: number,
    section: number,
    rights: number,
    baseAt: number,
    base: number,
    zeroBits: number,
    commitSize: number,
    offsetAt: number,
    offset: number,
    sizeAt: number,
    size: number,
    inherit: number,
    type: number,
    protection: number,
  ): number;
  viewUnmapF64(context: number, target: number, address: number): number;
  viewFlushF64(context: number, target: number, address: number, size: number): number;

  // Accesses of the context's current space. A failing one leaves an outcome in the context, which
  // stays until
  // `outcomeClear`; nothing of the access has happened then.

  /**
   * Linear address where the caller may do the access itself, or 0. Never spans a page boundary.
   */
  probeF64(context: number, address: number, size: number, access: number): number;
  /**
   * As `probe`, but only as much of [address, address+length) as lies together: R0 holds the byte
   * count.
   */
  probeRangeF64(context: number, address: number, length: number, access: number): number;
  /** All pages of one access of 1..15 bytes, without doing it: an outcome. */
  askF64(context: number, address: number, size: number, access: number): number;
  /** Any load of 1, 2, 4 or 8 bytes. */
  loadSlow(context: number, address: bigint, size: number): bigint;
  storeSlow(context: number, address: bigint, size: number, value: bigint): void;
  /** Fetch 1..15 bytes of instructions into the transfer area: an outcome. */
  fetchF64(context: number, address: number, size: number): number;
  /** Bulk operations by semantics 17.5: an outcome; R0 = bytes done. */
  copyF64(context: number, target: number, source: number, length: number): number;
  fillF64(context: number, address: number, value: number, length: number): number;
  /** R0 = bytes that were equal, R1 = -1, 0, 1 (as i64): sign of the first difference. */
  compareF64(context: number, left: number, right: number, length: number): number;
  outcomeClear(context: number): void;

  // Accessors of the translated and (by the map) of the windowed space.
  loadU8F64(context: number, address: number): number;
  loadI8F64(context: number, address: number): number;
  loadU16F64(context: number, address: number): number;
  loadI16F64(context: number, address: number): number;
  loadU32F64(context: number, address: number): number;
  loadI32F64(context: number, address: number): number;
  loadU64F64(context: number, address: number): bigint;
  loadF32F64(context: number, address: number): number;
  loadF64F64(context: number, address: number): number;
  storeU8F64(context: number, address: number, value: number): void;
  storeU16F64(context: number, address: number, value: number): void;
  storeU32F64(context: number, address: number, value: number): void;
  storeU64F64(context: number, address: number, value: bigint): void;
  storeF32F64(context: number, address: number, value: number): void;
  storeF64F64(context: number, address: number, value: number): void;

  // The debugger's view: no effect on the guest's state but the bytes written.
  /**
   * Linear address of a committed page's byte; 0: not committed; 1: committed, never touched (reads
   * as zeros).
   */
  peekF64(space: number, address: number): number;
  /**
   * As `peek` for writing: an untouched page takes a frame. 0: not committed; 1: no memory for the
   * frame.
   */
  pokeF64(space: number, address: number): number;

  /** Empty the access map and the translations; nothing may change but speed. */
  mapsForget(space: number): void;
}

/** Byte offsets inside a context, and what its fixed places hold. */
export const CONTEXT = {
  outcome: 0x00,
  decision: 0x04,
  exceptionCode: 0x08,
  exceptionAccess: 0x0c,
  exceptionAddress: 0x10,
  exceptionDetail: 0x18,
  space: 0x1c,
  results: 0x40,
  transfer: 0x400,
} as const;

/** Linear address of the number of frames in use; no machine has 2^32. */
export const PHYSICAL_FRAMES = 0x610;

export const PAGE_BYTES = 0x1000;

export const TRANSFER_BYTES = 0x7c00;
export const WATCH_ENTRIES = TRANSFER_BYTES / 8;
/** { pages u64, protect u32 (0: reserved), zero u32 } */
export const ADOPT_RUN_BYTES = 16;

export const SpaceKind = { Translated: 0, Windowed: 1 } as const;

export const MachineCounter = {
  CommitCharge: 0,
  CommitLimit: 1,
  Frames: 2,
  PhysicalPages: 3,
  /** Records of every kind that are in use. */
  Records: 4,
  /** Linear memory handed out so far, in bytes, the window not counted. */
  MemoryBytes: 5,
  /** First linear address of the window; 0 where none was set aside. */
  WindowBase: 6,
  WindowBytes: 7,
  /** Linear address of the access map. */
  AccessMap: 8,
  LowestUserAddress: 9,
  HighestUserAddress: 10,
  HighestVadAddress: 11,
  /** Marks of code that went without an outcome. */
  CodeWrites: 12,
} as const;

export const SpaceCounter = {
  CommitCharge: 0,
  /** Sum of the sizes of all regions, in bytes. */
  RegionBytes: 1,
  Regions: 2,
  ResidentPages: 3,
  LockedPages: 4,
  Kind: 5,
} as const;

export const SectionCounter = {
  SizeBytes: 0,
  Attributes: 1,
  Protection: 2,
  CommittedPages: 3,
} as const;

/** Bits of `machineCreate`'s switches; a set bit is the value that is not the default. */
export const Switch = {
  PlainStatus: 0x1,
  GuardFirst: 0x2,
  DepOff: 0x4,
  ExecuteOnlyUnreadable: 0x8,
  ResetZero: 0x10,
  ResetRandom: 0x20,
  SeededPlacement: 0x40,
  AutoReserveOnCommit: 0x80,
  LockMemoryPrivilege: 0x100,
  Wow64: 0x200,
  StrictPhysical: 0x400,
  ZeroRegionFlags: 0x800,
  /** Set aside the window (32-bit profiles). */
  Window: 0x1000,
  /** Pages that leave memory are stored by the host. */
  PageStore: 0x2000,
} as const;

/**
 * Access of `probe`, `ask`; `Service` may be added: a system service acts for the guest (semantics
 * 4.8).
 */
export const Access = { Read: 0, Write: 1, Execute: 8 } as const;

/** Bits of a byte of the access map, one byte a page of the windowed space. */
export const AccessBit = { R: 1, W: 2, X: 4, RS: 8, WS: 16, XS: 32 } as const;

export const Profile = {
  win32: 0,
  "win32-3g": 1,
  "win32-4g": 2,
  win64: 3,
  "win64-8tb": 4,
  win9x: 5,
  ce5: 6,
  ce6: 7,
} as const;

/** How an adopted region of type MEM_MAPPED is backed. */
export const Backing = { None: 0, File: 1, Pagefile: 2 } as const;
