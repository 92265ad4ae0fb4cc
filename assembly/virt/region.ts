/**
 * A region: the result of one reservation, view or adoption. What was asked for; what each page is
 * now lies in the page table. Base, kind, protection and flags never change; a partial release
 * makes two regions of one.
 *
 *      0          8          16         24    28    32    36    40           64
 *     +----------+----------+----------+-----+-----+-----+-----+- - - - - - +
 *     | start    | end      | committed| kind| prot| flag| 0   |            |
 *     +----------+----------+----------+-----+-----+-----+-----+- - - - - - +
 *
 *     start, end  in bytes, whole pages; [start, end)
 *     committed   pages of it that are committed
 *     kind, flag  constants below
 *     prot        the protection it was made with, as asked
 */
@unmanaged
@final
export class Region {
  start: u64;
  end: u64;
  committedPages: u64;
  kind: u32;
  protection: u32;
  flags: u32;
  reserved: u32;
}

if (offsetof<Region>() > 64) ERROR("Region must fit into 64 bytes");

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
/** A window for physical pages: nothing in it is ever committed. */
export const REGION_PHYSICAL: u32 = 0x8;
export const REGION_LARGE: u32 = 0x10;
/** Pages keep these whatever a later change of protection asks. */
export const REGION_NO_CACHE: u32 = 0x20;
export const REGION_WRITE_COMBINE: u32 = 0x40;

export function regionIs(region: Region, flag: u32): bool {
  return (region.flags & flag) != 0;
}

/** Commit charge is counted for private memory that the process made. */
export function regionIsCharged(region: Region): bool {
  return region.kind == REGION_PRIVATE && !regionIs(region, REGION_RESIDENT);
}
