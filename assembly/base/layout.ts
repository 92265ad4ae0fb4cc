/**
 * Where everything lies in linear memory. Every base address is one of these constants; nothing is
 * laid out by the compiler (no static data), so hosts may share the addresses.
 *
 *     0x0000_0000  unused: a null pointer into linear memory finds nothing
 *     0x0000_0400  POOLS     free lists of the record pools              (base/pool)
 *     0x0000_0500  ARENA     what is grown and free                      (base/arena)
 *     0x0000_0540  JOURNAL   what checkpoints need                       (base/journal)
 *     0x0000_0600  PHYSICAL  frames and commit charge                    (phys/charge)
 *     0x0000_0700  MACHINE   profile, limits, switches                   (virt/machine)
 *     0x0000_0800  PANIC     line and column of a failed assertion       (base/panic)
 *     0x0000_0900  PAGER    what the host is asked for, and what may not leave (virt/request)
 *     0x0000_0b00  STATE     how far saving or loading has come           (state/stream)
 *     0x0000_0c00  HASH      the hash of what was saved or loaded so far  (base/hash)
 *     0x0000_0e00  THREADS lock and stop of all agents, on shared memory     (base/threads)
 *     0x0000_0f00  PATH     the last way through an index of regions           (virt/index)
 *     0x0000_1000  SPACES    u32[4096]: number of a space -> its record  (virt/space)
 *     0x0000_6000  file names of assertions, in the debug build alone    (asconfig.json)
 *     0x0000_f000  STAGING  one page of bytes on its way in                 (virt/request)
 *     0x0001_0000  CONTEXT   the first context, at small indices for JavaScript  (virt/context)
 *     0x0002_0000  STALE     one bit a window page: its slot holds old bytes     (phys/frame)
 *     0x0004_0000  SECTIONS  u32[65536]: number of a section -> its record  (object/section)
 *     0x0008_0000  KEPT      one bit a page of linear memory: nothing to keep of it (base/journal)
 *     0x000a_0000  UNITS     u32[65536]: who has each 64 KB of linear memory  (base/units)
 *     0x0010_0000  ACCESS    one byte a window page, and one page of bytes more  (virt/maps)
 *     0x0020_1000  GRANTED   one bit per 1,024 bytes of ACCESS: something in it  (virt/maps)
 *     0x0021_0000  ABORT     one page: what enclave memory reads as from outside (virt/enclave)
 *     0x0021_1000  NOTHING   one page of zeros, and how many chunks name it    (page/facts)
 *     0x0022_0000  EMBEDDER  static data of other modules; the core never touches it
 *     0x0030_0000  WINDOW    guest address a of the windowed space is WINDOW + a
 *                  arena     behind the window, or here where none was set aside: records,
 *                            contexts and frames
 */
export const POOLS: u32 = 0x400;
export const ARENA: u32 = 0x500;
export const JOURNAL: u32 = 0x540;
export const PHYSICAL: u32 = 0x600;
export const MACHINE: u32 = 0x700;
export const PANIC: u32 = 0x800;
export const PAGER: u32 = 0x900;
export const STATE: u32 = 0xb00;
export const HASH: u32 = 0xc00;
export const THREADS: u32 = 0xe00;
export const PATH: u32 = 0xf00;
export const SPACES: u32 = 0x1000;
export const SPACES_MAX: u32 = 4096;
export const STAGING: u32 = 0xf000;
export const CONTEXT: u32 = 0x10000;
export const STALE: u32 = 0x20000;
export const SECTIONS: u32 = 0x40000;
export const SECTIONS_MAX: u32 = 65536;
export const KEPT: u32 = 0x80000;
export const UNITS: u32 = 0xa0000;
export const UNITS_MAX: u32 = 65536;
export const ACCESS: u32 = 0x100000;
export const ACCESS_PAGES: u32 = 0x100000;
export const GRANTED: u32 = 0x201000;
export const ABORT: u32 = 0x210000;
export const NOTHING: u32 = 0x211000;
export const EMBEDDER: u32 = 0x220000;
export const WINDOW: u32 = 0x300000;

export const PAGE_SHIFT: u64 = 12;
export const PAGE_BYTES: u32 = 0x1000;
export const PAGE_MASK: u64 = 0xfff;

/** Linear memory ends below 4 GB: 65,535 pages of 64 KB are the most that an engine gives. */
export const LINEAR_END: u64 = 0xffff0000;

if (POOLS < 1024) ERROR("the optimizer takes what is below 1,024 for unused");
if (SPACES + SPACES_MAX * 4 > 0x6000) ERROR("SPACES runs into the names of the debug build");
if (THREADS + 0x100 > PATH) ERROR("THREADS runs into PATH");
if (PATH + 0x100 > SPACES) ERROR("PATH runs into SPACES");
if (STAGING + PAGE_BYTES > CONTEXT) ERROR("STAGING runs into CONTEXT");
if (STALE + ACCESS_PAGES / 8 > SECTIONS) ERROR("STALE runs into SECTIONS");
if (SECTIONS + SECTIONS_MAX * 4 > KEPT) ERROR("SECTIONS runs into KEPT");
if (KEPT + 0x100000 / 8 > UNITS) ERROR("KEPT runs into UNITS");
if (UNITS + UNITS_MAX * 4 > ACCESS) ERROR("UNITS runs into ACCESS");
if (ACCESS + ACCESS_PAGES + PAGE_BYTES > GRANTED) ERROR("ACCESS runs into GRANTED");
if (GRANTED + 128 > ABORT) ERROR("GRANTED runs into ABORT");
if (ABORT + PAGE_BYTES > NOTHING) ERROR("ABORT runs into NOTHING");
if (NOTHING + PAGE_BYTES + 4 > EMBEDDER) ERROR("NOTHING runs into EMBEDDER");
if (EMBEDDER >= WINDOW) ERROR("EMBEDDER runs into WINDOW");
if ((WINDOW & 0xffff) != 0) ERROR("WINDOW must lie on a page of linear memory");
