/**
 * A region: the result of one reservation, view or adoption. What was asked for; what each page is
 * now lies in the page table. Base, kind, protection and flags never change; a partial release
 * makes two regions of one.
 *
 *      0          8          16         24         32         40
 *     +----------+----------+----------+----------+----------+
 *     | start    | end      | committed| charged  | offset   |
 *     +-----+----+-----+----+-----+----+-----+----+----------+
 *     |ki|at|prot|flags|sect|space|next|                     64
 *     +-----+----+-----+----+-----+----+
 *
 *     start, end  in bytes, whole pages; [start, end)
 *     committed   pages of it that are committed
 *     ki, flags   kind and flags, constants below
 *     at          of such a view: attributes of the pages that it shows at first
 *     prot        the protection it was made with, as asked
 *     sect        of a view: the section, whose page `offset` is the first; 0 for adopted views
 *     charged     of such a view: pages that count as the process's own, by 13
 *     space, next of such a view: the space it lies in, and the section's next view
 *     offset, space, charged of a copy: whose page the first one is, and the serial of that space
 *                 (virt/seen)
 *     at          of reserved pages that a touch commits: what they become
 *     next        of private memory in CE that all processes see: the space that reserved it
 */
@unmanaged
@final
export class Region {
  start: u64;
  end: u64;
  committedPages: u64;
  chargedPages: u64;
  offsetPages: u64;
  kind: u16;
  attributes: u16;
  protection: u32;
  flags: u32;
  section: u32;
  space: u32;
  nextView: u32;
}

if (offsetof<Region>() != 64) ERROR("Region must be 64 bytes");

export const REGION_PRIVATE: u32 = 1;
export const REGION_FILE_VIEW: u32 = 2;
export const REGION_PAGEFILE_VIEW: u32 = 3;
export const REGION_IMAGE: u32 = 4;

/** The lowest entry of every index: owns the gap at the bottom, is never found by an address. */
export const REGION_SENTINEL: u32 = 0x1;
/** Made with the space, kept for its life, charged to nobody. */
export const REGION_RESIDENT: u32 = 0x2;
/** The pages written are recorded. */
export const REGION_WATCHED: u32 = 0x4;
/** A window for physical pages: what has a frame there is committed, and charged elsewhere (13). */
export const REGION_PHYSICAL: u32 = 0x8;
export const REGION_LARGE: u32 = 0x10;
/** Pages keep these whatever a later change of protection asks. */
export const REGION_NO_CACHE: u32 = 0x20;
export const REGION_WRITE_COMBINE: u32 = 0x40;
/** A view whose protections stay as they were mapped. */
export const REGION_NO_CHANGE: u32 = 0x80;
/** Address space held for a later region of the very same extent. */
export const REGION_PLACEHOLDER: u32 = 0x100;
/** A view that is longer than its file, and shows what the file grows by. */
export const REGION_GROWING: u32 = 0x4000;
/** Took the place of a placeholder, and may become one again. */
export const REGION_REPLACED: u32 = 0x200;
/** Pages are committed by the first touch (14.3). */
export const REGION_AUTO_COMMIT: u32 = 0x800;
/** What is committed in it shows pages of another place (14.3), and is charged there. */
export const REGION_COPY: u32 = 0x1000;
/** Memory of CeVirtualSharedAlloc: only its owner changes it (14.3). */
export const REGION_SHARED: u32 = 0x2000;
/** An enclave: the record is an `Enclave`, in the same layout (virt/enclave). */
export const REGION_ENCLAVE: u32 = 0x400;

/** Flags that a region other than a sentinel may have. */
export const REGION_KNOWN: u32 = 0x7ffe;

export function regionIs(region: Region, flag: u32): bool {
  return (region.flags & flag) != 0;
}

/** Commit charge is counted for private memory that the process made. */
export function regionIsCharged(region: Region): bool {
  return (
    region.kind == REGION_PRIVATE &&
    !regionIs(region, REGION_RESIDENT | REGION_PHYSICAL | REGION_COPY)
  );
}
