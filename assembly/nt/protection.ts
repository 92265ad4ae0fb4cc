import {
  COMMITTED,
  COPIED,
  EXECUTABLE,
  GUARDED,
  NO_CACHE,
  READABLE,
  WRITABLE,
  WRITE_COMBINE,
} from "../page/attributes";
import {
  FEATURE_9X,
  FEATURE_CACHING_BY_PAGE,
  FEATURE_CE,
  featureIs,
  machine,
  SWITCH_EXECUTE_ONLY_UNREADABLE,
  switchIs,
} from "../virt/machine";
import { REGION_NO_CACHE, REGION_WRITE_COMBINE, Region, regionIs } from "../virt/region";
import {
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_TARGETS,
  PAGE_WRITECOMBINE,
  PAGE_WRITECOPY,
} from "./types";

/** PAGE_* values: which are well formed (2.4), and what they are in the page table. */

const BASES: u32 = 0xff;
const EXECUTABLE_BASES: u32 =
  PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
const COPY_BASES: u32 = PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY;

/** Whether table 2.4 has this value, for private memory or for views. */
export function isProtection(protect: u32): bool {
  if ((protect & ~machine().protections) != 0) return false;
  if ((protect & PAGE_TARGETS) != 0) {
    if ((protect & EXECUTABLE_BASES) == 0) return false;
    protect &= ~PAGE_TARGETS;
  }
  if (popcnt<u32>(protect & BASES) != 1) return false;
  const modifiers = protect & ~BASES;
  if (popcnt<u32>(modifiers) > 1 && !featureIs(FEATURE_CE)) return false;
  if (modifiers != 0 && (protect & PAGE_NOACCESS) != 0) return false;
  return modifiers == 0 || modifiers == PAGE_GUARD || (protect & COPY_BASES) == 0;
}

/**
 * What Windows 9x keeps of a protection (14.1): no guard, no cache bits, and execution only where
 * it is told apart from reading by `executeOnlyReadable`.
 */
export function storedProtection(protect: u32): u32 {
  return featureIs(FEATURE_9X) ? stored9x(protect) : protect;
}

function stored9x(protect: u32): u32 {
  const base = protect & ~(PAGE_GUARD | PAGE_NOCACHE);
  if (base == PAGE_EXECUTE_READ) return PAGE_READONLY;
  if (base == PAGE_EXECUTE_READWRITE) return PAGE_READWRITE;
  if (base == PAGE_EXECUTE_WRITECOPY) return PAGE_WRITECOPY;
  return base == PAGE_EXECUTE && !switchIs(SWITCH_EXECUTE_ONLY_UNREADABLE) ? PAGE_READONLY : base;
}

/** WRITECOPY and EXECUTE_WRITECOPY exist in views only. */
export function isCopyProtection(protect: u32): bool {
  return (protect & COPY_BASES) != 0;
}

/** Whether writing through this protection, which has no flags, reaches what others see. */
export function isSharedWritable(protection: u32): bool {
  return protection == PAGE_READWRITE || protection == PAGE_EXECUTE_READWRITE;
}

export function isExecutableProtection(protect: u32): bool {
  return (protect & EXECUTABLE_BASES) != 0;
}

/** Attributes of a page committed with this protection. Requires: `isProtection`. */
export function attributesOf(protect: u32): u32 {
  let attributes: u32 = COMMITTED;
  const base = protect & BASES;
  if (base == PAGE_READONLY) attributes |= READABLE;
  else if (base == PAGE_READWRITE) attributes |= READABLE | WRITABLE;
  else if (base == PAGE_WRITECOPY) attributes |= READABLE | COPIED;
  else if (base == PAGE_EXECUTE) attributes |= EXECUTABLE;
  else if (base == PAGE_EXECUTE_READ) attributes |= READABLE | EXECUTABLE;
  else if (base == PAGE_EXECUTE_READWRITE) attributes |= READABLE | WRITABLE | EXECUTABLE;
  else if (base == PAGE_EXECUTE_WRITECOPY) attributes |= READABLE | COPIED | EXECUTABLE;
  if ((protect & PAGE_GUARD) != 0) attributes |= GUARDED;
  if ((protect & PAGE_NOCACHE) != 0) attributes |= NO_CACHE;
  if ((protect & PAGE_WRITECOMBINE) != 0) attributes |= WRITE_COMBINE;
  return attributes;
}

/** Since Windows 7, no-cache and write-combine belong to the region, not to a later call (2.4). */
export function attributesIn(region: Region, protect: u32): u32 {
  let attributes = attributesOf(protect);
  if (featureIs(FEATURE_CACHING_BY_PAGE)) return attributes;
  attributes &= ~(NO_CACHE | WRITE_COMBINE);
  if (regionIs(region, REGION_NO_CACHE)) attributes |= NO_CACHE;
  if (regionIs(region, REGION_WRITE_COMBINE)) attributes |= WRITE_COMBINE;
  return attributes;
}

/** Flags of a region made with this protection. */
export function cachingFlags(protect: u32): u32 {
  let flags: u32 = 0;
  if ((protect & PAGE_NOCACHE) != 0) flags |= REGION_NO_CACHE;
  if ((protect & PAGE_WRITECOMBINE) != 0) flags |= REGION_WRITE_COMBINE;
  return flags;
}

/** The protection that VirtualQuery shows for these attributes. Requires: committed. */
export function protectionOf(attributes: u32): u32 {
  let protect = baseOf(attributes);
  if ((attributes & GUARDED) != 0) protect |= PAGE_GUARD;
  if ((attributes & NO_CACHE) != 0) protect |= PAGE_NOCACHE;
  if ((attributes & WRITE_COMBINE) != 0) protect |= PAGE_WRITECOMBINE;
  return protect;
}

/** Whether a view made with protection `made` allows `asked`: its access set is contained (7.6). */
export function isAllowedInView(made: u32, asked: u32): bool {
  return (accessSet(asked) & ~accessSet(made)) == 0;
}

/** In an image, and in a copy-on-write view, write access is stored as copy-on-write (3.4). */
export function withCopyOnWrite(protect: u32): u32 {
  if ((protect & PAGE_READWRITE) != 0) return (protect & ~PAGE_READWRITE) | PAGE_WRITECOPY;
  if ((protect & PAGE_EXECUTE_READWRITE) != 0) {
    return (protect & ~PAGE_EXECUTE_READWRITE) | PAGE_EXECUTE_WRITECOPY;
  }
  return protect;
}

function baseOf(attributes: u32): u32 {
  const readable = (attributes & READABLE) != 0;
  const copied = (attributes & COPIED) != 0;
  const writable = (attributes & WRITABLE) != 0;
  if ((attributes & EXECUTABLE) != 0) {
    if (copied) return PAGE_EXECUTE_WRITECOPY;
    if (writable) return PAGE_EXECUTE_READWRITE;
    return readable ? PAGE_EXECUTE_READ : PAGE_EXECUTE;
  }
  if (copied) return PAGE_WRITECOPY;
  if (writable) return PAGE_READWRITE;
  return readable ? PAGE_READONLY : PAGE_NOACCESS;
}

/** The sets of 7.6: bit 0 read, bit 1 write, bit 2 execute. */
function accessSet(protect: u32): u32 {
  const base = protect & BASES;
  if (base == PAGE_NOACCESS) return 0;
  if (base == PAGE_READONLY || base == PAGE_WRITECOPY) return 1;
  if (base == PAGE_READWRITE) return 3;
  return base == PAGE_EXECUTE_READWRITE ? 7 : 5;
}
