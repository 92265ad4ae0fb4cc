/**
 * What the driver calls of a core, as its header has it. The name of this file is the name of the
 * module that these functions are imported from.
 */
export declare function machineCreate(
  profile: u32,
  version: u32,
  switches: u32,
  commitLimitPages: u64,
  physicalPages: u64,
  placementSeed: u32,
  resetSeed: u32,
): u32;
export declare function machineCounter(counter: u32): u64;
export declare function contextCreate(): u32;
export declare function contextEnter(context: u32, space: u32): void;
export declare function contextThread(context: u32, thread: u32): void;
export declare function spaceCreate(kind: u32, least: u32, most: u32): u32;
export declare function spaceTerminate(space: u32): void;
export declare function spaceDestroy(space: u32): void;
export declare function spaceCounter(space: u32, counter: u32): u64;
export declare function mapsForget(space: u32): void;
export declare function outcomeClear(context: u32): void;
export declare function requestField(field: u32): u64;
export declare function requestAnswer(ticket: u32, status: u32): u32;

export declare function allocate(
  context: u32,
  target: u32,
  baseAt: u64,
  base: u64,
  zeroBits: u64,
  sizeAt: u64,
  size: u64,
  type: u32,
  protect: u32,
): u32;
export declare function allocateEx(
  context: u32,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  type: u32,
  protect: u32,
  lowest: u64,
  highest: u64,
  alignment: u64,
): u32;
export declare function free(
  context: u32,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  type: u32,
): u32;
export declare function protect(
  context: u32,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  protection: u32,
  oldAt: u64,
): u32;
export declare function query(
  context: u32,
  target: u32,
  address: u64,
  informationClass: u32,
  bufferAt: u64,
  length: u64,
  returnLengthAt: u64,
): u32;
export declare function lock(
  context: u32,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  mapType: u32,
): u32;
export declare function unlock(
  context: u32,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  mapType: u32,
): u32;
export declare function readVirtual(
  context: u32,
  target: u32,
  address: u64,
  bufferAt: u64,
  size: u64,
  doneAt: u64,
): u32;
export declare function writeVirtual(
  context: u32,
  target: u32,
  address: u64,
  bufferAt: u64,
  size: u64,
  doneAt: u64,
): u32;
export declare function getWriteWatch(
  context: u32,
  target: u32,
  flags: u32,
  base: u64,
  size: u64,
  arrayAt: u64,
  countAt: u64,
  count: u64,
  granularityAt: u64,
): u32;
export declare function resetWriteWatch(context: u32, target: u32, base: u64, size: u64): u32;
export declare function serviceAsk(context: u32, address: u64, length: u64, access: u32): u32;
export declare function memoryCounters(context: u32, target: u32): u32;
export declare function workingSetEmpty(context: u32, target: u32): u32;
export declare function workingSetQuery(
  context: u32,
  target: u32,
  bufferAt: u64,
  length: u64,
  from: u64,
): u32;

export declare function sectionCreate(
  context: u32,
  size: u64,
  protection: u32,
  attributes: u32,
): u32;
export declare function sectionCreateFile(
  context: u32,
  file: u32,
  content: u32,
  fileBytes: u64,
  fileAccess: u32,
  sizeBytes: u64,
  protection: u32,
  attributes: u32,
): u32;
export declare function sectionClose(section: u32): void;
export declare function viewMap(
  context: u32,
  target: u32,
  section: u32,
  rights: u32,
  baseAt: u64,
  base: u64,
  zeroBits: u64,
  commitSize: u64,
  offsetAt: u64,
  offset: u64,
  sizeAt: u64,
  size: u64,
  inherit: u32,
  type: u32,
  protection: u32,
): u32;
export declare function viewUnmap(context: u32, target: u32, address: u64): u32;
export declare function viewFlush(context: u32, target: u32, address: u64, size: u64): u32;

export declare function threadStack(space: u32, thread: u32, figure: u32): u64;
export declare function threadStackSet(
  space: u32,
  thread: u32,
  base: u64,
  limit: u64,
  deallocationStack: u64,
): u32;

export declare function probe(context: u32, address: u64, size: u32, access: u32): u32;
export declare function ask(context: u32, address: u64, size: u32, access: u32): u32;
export declare function fetch(context: u32, address: u64, size: u32): u32;
export declare function copy(context: u32, target: u64, source: u64, length: u64): u32;
export declare function fill(context: u32, address: u64, value: u32, length: u64): u32;
export declare function compare(context: u32, left: u64, right: u64, length: u64): u32;

export declare function loadU8(context: u32, address: u64): u8;
export declare function loadI8(context: u32, address: u64): i8;
export declare function loadU16(context: u32, address: u64): u16;
export declare function loadI16(context: u32, address: u64): i16;
export declare function loadU32(context: u32, address: u64): u32;
export declare function loadI32(context: u32, address: u64): i32;
export declare function loadU64(context: u32, address: u64): u64;
export declare function loadF32(context: u32, address: u64): f32;
export declare function loadF64(context: u32, address: u64): f64;
export declare function storeU8(context: u32, address: u64, value: u8): void;
export declare function storeU16(context: u32, address: u64, value: u16): void;
export declare function storeU32(context: u32, address: u64, value: u32): void;
export declare function storeU64(context: u32, address: u64, value: u64): void;
export declare function storeF32(context: u32, address: u64, value: f32): void;
export declare function storeF64(context: u32, address: u64, value: f64): void;
export declare function windowedLoadU8(context: u32, address: u32): u8;
export declare function windowedLoadI8(context: u32, address: u32): i8;
export declare function windowedLoadU16(context: u32, address: u32): u16;
export declare function windowedLoadI16(context: u32, address: u32): i16;
export declare function windowedLoadU32(context: u32, address: u32): u32;
export declare function windowedLoadI32(context: u32, address: u32): i32;
export declare function windowedLoadU64(context: u32, address: u32): u64;
export declare function windowedLoadF32(context: u32, address: u32): f32;
export declare function windowedLoadF64(context: u32, address: u32): f64;
export declare function windowedStoreU8(context: u32, address: u32, value: u8): void;
export declare function windowedStoreU16(context: u32, address: u32, value: u16): void;
export declare function windowedStoreU32(context: u32, address: u32, value: u32): void;
export declare function windowedStoreU64(context: u32, address: u32, value: u64): void;
export declare function windowedStoreF32(context: u32, address: u32, value: f32): void;
export declare function windowedStoreF64(context: u32, address: u32, value: f64): void;
