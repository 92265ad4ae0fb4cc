import { SPACES, SPACES_MAX } from "../base/layout";
import { Pages } from "../page/pages";

/**
 * An address space. Three maps hang on it: the index of regions, the page table, and the facts;
 * the access map and the translations are derived from them.
 *
 *      0     4     8     12    16    20    24    28    32
 *     +-----+-----+-----+-----+-----+-----+-----+-----+
 *     | lev.|table|facts| 0   | num | kind|state|index|
 *     +-----+-----+-----+-----+-----+-----+-----+-----+
 *     |high.|thrd | tag       | charge    | quota     |
 *     +-----+-----+-----------+-----------+-----------+
 *     |regionBytes| resident  |rgns |lockd|wsmin|wsmax|
 *     +-----+-----+-----------+-----+-----+-----+-----+
 *     |wtchd|views| faults    | peak rsd. | peak chg. |
 *     +-----+-----+-----+-----+-----------+-----------+
 *     | large     |wsflg|recnt|encl.|cfg  | enclave   |
 *     +-----------+-----+-----+-----+-----+-----------+
 *     | inside    | awe |trnsl| offered   | mrk.| 0   |
 *     +-----------+-----+-----+-----------+-----+-----+
 *     | serial    |
 *     +-----------+
 *
 *     lev., table, facts   page/pages
 *     num, tag        its number, and number << 52, which every translation of it carries
 *     index, high.    root of the index of regions, and its height;  thrd: first thread
 *     charge, quota   pages;  regionBytes: bytes
 *     resident        pages in the working set;  lockd: locked ones;  wsmin, wsmax: its limits
 *     rgns            regions;  wtchd: those with a write watch;  views: views of sections
 *     faults          accesses that the fault ladder resolved by a change of a fact
 *     peak rsd., peak chg.  the most that resident and charge ever were
 *     large           large pages;  wsflg, recnt: hard limits, and recent pages (virt/working-set)
 *     encl.           enclaves;  cfg: 1 where Control Flow Guard is on
 *     enclave         base of the enclave that the current thread runs in, or 0
 *     inside          the same while a context is in this space, else 0: who comes from elsewhere
 *                     comes from outside
 *     awe             the set of AWE frames, or 0;  offered: pages that are
 *     mrk.            1 once there may be pages of VirtualCopy or CeVirtualSharedAlloc (virt/seen)
 *     trnsl           1 once a translation may lead to its bytes (virt/maps)
 *     serial          the how manieth space it is, from 1; 0 once it is terminated
 */
@unmanaged
@final
export class Space extends Pages {
  number: u32;
  kind: u32;
  state: u32;
  index: u32;
  indexHeight: u32;
  firstThread: u32;
  tag: u64;
  chargePages: u64;
  quotaPages: u64;
  regionBytes: u64;
  residentPages: u64;
  regionCount: u32;
  lockedPages: u32;
  workingSetMinPages: u32;
  workingSetMaxPages: u32;
  watchedRegions: u32;
  views: u32;
  faultCount: u64;
  residentPeakPages: u64;
  chargePeakPages: u64;
  largePages: u64;
  workingSetFlags: u32;
  recent: u32;
  enclaves: u32;
  guardsFlow: u32;
  enclave: u64;
  inside: u64;
  aweSet: u32;
  translates: u32;
  offeredPages: u64;
  marked: u32;
  serial: u64;
}

export const SPACE_TRANSLATED: u32 = 0;
export const SPACE_WINDOWED: u32 = 1;

export const SPACE_RUNNING: u32 = 0;
export const SPACE_TERMINATED: u32 = 1;

export const TAG_SHIFT: u64 = 52;

/** After the charge or the working set has grown: remember the most. */
export function spacePeak(space: Space): void {
  space.residentPeakPages = max<u64>(space.residentPeakPages, space.residentPages);
  space.chargePeakPages = max<u64>(space.chargePeakPages, space.chargePages);
}

/** The space with this number, or null. */
export function spaceOf(number: u32): Space | null {
  if (number >= SPACES_MAX) return null;
  return changetype<Space | null>(load<u32>(SPACES + (number << 2)));
}

export function spaceRegister(number: u32, space: Space | null): void {
  store<u32>(SPACES + (number << 2), changetype<u32>(space));
}

/**
 * The lowest number that no space has, or 0. Numbers begin at 1; the last is the tag of a context
 * without a space.
 */
export function spaceFreeNumber(): u32 {
  for (let number: u32 = 1; number < SPACES_MAX - 1; number++) {
    if (load<u32>(SPACES + (number << 2)) == 0) return number;
  }
  return 0;
}
