/**
 * guardpage: the Windows paging model inside WebAssembly.
 *
 * @example
 * import { Machine } from "guardpage";
 *
 * const machine = await Machine.create({ profile: "win32" });
 * const guest = machine.createProcess();
 *
 * @module guardpage
 */
export { DebugView } from "./debug-view.ts";
export type { Address } from "./door.ts";
export type { EnclaveKind, EnclavePage } from "./enclaves.ts";
export type {
  ExceptionEnd,
  ExceptionEvents,
  ExceptionFilter,
  ExceptionPointers,
  ExceptionRecord,
  TryParts,
} from "./exceptions.ts";
export type {
  AddressRequirements,
  ExtendedParameter,
} from "./extended-parameters.ts";
export type { CallFailure, FailingCall } from "./failures.ts";
export { type FaultingPage, type FaultingRegion, GuestException, PageFault } from "./fault.ts";
export { DiskFull, type FileBacking } from "./file-backing.ts";
export type { ForkOptions } from "./fork.ts";
export {
  GuestView,
  ReadOnlyGuestView,
  type ViewOptions,
  WritableGuestView,
} from "./guest-view.ts";
export type { VectoredHandler } from "./handlers.ts";
export { Machine } from "./machine.ts";
export type { MachineCounters } from "./machine-counters.ts";
export { GuestMemory } from "./memory.ts";
export { MemoryFile, type MemoryFileOptions } from "./memory-file.ts";
export { MemoryPageStore, type MemoryPageStoreOptions } from "./memory-page-store.ts";
export type { OpenFileOptions } from "./open-file.ts";
export type { MachineOptions, Seeded, Settings } from "./options.ts";
export type { InOut, Out, StructureOut } from "./out.ts";
export type { PageStore } from "./page-store.ts";
export { Process } from "./process.ts";
export type { ProcessCounters } from "./process-counters.ts";
export type { ProcessOptions } from "./process-options.ts";
export type { ProfileName, VersionName } from "./profile.ts";
export type { RaisedException } from "./raised-exception.ts";
export type { RegionDescription, RegionRun } from "./region.ts";
export { attachThread, type SharedThread } from "./shared-thread.ts";
export type {
  Change,
  Place,
  SnapshotDifference,
  ValueChange,
} from "./snapshot/difference.ts";
export { SnapshotRefused } from "./snapshot/format.ts";
export type { SavedRegion } from "./snapshot/read.ts";
export type { Attachments, RestoreOptions, SnapshotFile } from "./snapshot/restore.ts";
export { Snapshot } from "./snapshot/snapshot.ts";
export { type StackBounds, type StackOptions, ThreadStack } from "./stack.ts";
export type { Encoding, ReadStringOptions, WriteStringOptions } from "./strings.ts";
export type {
  MemoryBasicInformation,
  MemoryRegionInformation,
  MemoryStatus,
  MemoryStatusEx,
  SystemInfo,
} from "./structs.ts";
export { type ServiceCopy, type ServiceCopyOptions, SystemMemory } from "./system.ts";
export { Thread } from "./thread.ts";
export { MachinePoisoned } from "./wasm/trap.ts";
export { PageNotReady, whenReady } from "./when-ready.ts";
export type {
  MemoryRangeEntry,
  ProcessMemoryCounters,
  ProcessMemoryCountersEx,
  Win32MemoryRegionInformation,
  WorkingSetExInformation,
  WorkingSetInformation,
} from "./working-set-structs.ts";
