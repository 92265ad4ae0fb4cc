/** What the call rows measure, as a program makes these calls through `guardpage/kernel32`. */
import {
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_CONTINUE_SEARCH,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  WRITE_WATCH_FLAG_RESET,
} from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { verify } from "../harness.mjs";

const PAGE = 0x1000;
const RESERVE_COMMIT = MEM_RESERVE | MEM_COMMIT;
const SMALL_BYTES = 0x1_0000;
const LARGE_BYTES = 0x4000_0000;
/** Pages of the regions whose pages are taken one by one. */
export const PAGES = 1024;
const VALUE = 7;

/** @typedef {ReturnType<typeof callWorks>} Works */

/** @param {import("guardpage").Process} guest */
export function callWorks(guest) {
  const api = kernel32(guest);
  const { memory } = guest;

  const reserve = (/** @type {number} */ bytes, type = RESERVE_COMMIT) => {
    const base = api.VirtualAlloc(0, bytes, type, PAGE_READWRITE);
    verify(base !== 0, "VirtualAlloc");
    return Number(base);
  };
  const release = (/** @type {number} */ base) => {
    verify(api.VirtualFree(base, 0, MEM_RELEASE) === 1, "VirtualFree");
  };
  const decommit = (/** @type {number} */ base, /** @type {number} */ bytes) => {
    verify(api.VirtualFree(base, bytes, MEM_DECOMMIT) === 1, "decommit");
  };
  const commit = (/** @type {number} */ base, /** @type {number} */ bytes) => {
    verify(api.VirtualAlloc(base, bytes, MEM_COMMIT, PAGE_READWRITE) === base, "commit");
  };

  return {
    reserve,
    release,

    allocate() {
      release(reserve(SMALL_BYTES));
    },

    allocateTouched() {
      const base = reserve(SMALL_BYTES);
      for (let at = base; at < base + SMALL_BYTES; at += PAGE) memory.setUint32(at, VALUE);
      release(base);
    },

    /** Reserve and release so many bytes. */
    reserveOf(/** @type {number} */ bytes) {
      return () => release(reserve(bytes, MEM_RESERVE));
    },

    /** Each page of a reserved region, then all of them back at once. */
    commitPages() {
      const base = reserve(PAGES * PAGE, MEM_RESERVE);
      return () => {
        for (let page = 0; page < PAGES; page += 1) commit(base + page * PAGE, PAGE);
        decommit(base, PAGES * PAGE);
      };
    },

    /** Two changes. */
    protect(/** @type {number} */ base, /** @type {number} */ bytes) {
      const old = { value: 0 };
      return () => {
        api.VirtualProtect(base, bytes, PAGE_READONLY, old);
        verify(old.value === PAGE_READWRITE, "old protection");
        api.VirtualProtect(base, bytes, PAGE_READWRITE, old);
        verify(old.value === PAGE_READONLY, "old protection");
      };
    },

    query(/** @type {number} */ base, /** @type {number} */ bytes) {
      const information = { RegionSize: 0 };
      return () => {
        api.VirtualQuery(base, information);
        verify(information.RegionSize === bytes, "RegionSize");
      };
    },

    /** Arm the page, hit it; the handler continues, and the load gives what is there. */
    guard(/** @type {number} */ page) {
      memory.setUint32(page, VALUE);
      let hits = 0;
      let wanted = 0;
      const old = { value: 0 };
      api.AddVectoredExceptionHandler(1, ({ ExceptionRecord }) => {
        if (ExceptionRecord.ExceptionInformation[1] !== page) return EXCEPTION_CONTINUE_SEARCH;
        hits += 1;
        return EXCEPTION_CONTINUE_EXECUTION;
      });
      return () => {
        wanted += 1;
        api.VirtualProtect(page, PAGE, PAGE_READWRITE | PAGE_GUARD, old);
        verify(memory.getUint32(page) === VALUE && hits === wanted, "guard page");
      };
    },

    /** Stores to pages of a reserved region; the handler commits each. Then all go at once. */
    commitOnFault() {
      const bytes = PAGES * PAGE;
      const base = Number(api.VirtualAlloc(0, bytes, MEM_RESERVE, PAGE_NOACCESS));
      let hits = 0;
      let wanted = 0;
      api.AddVectoredExceptionHandler(1, ({ ExceptionRecord }) => {
        const address = Number(ExceptionRecord.ExceptionInformation[1]);
        if (address < base || address >= base + bytes) return EXCEPTION_CONTINUE_SEARCH;
        hits += 1;
        commit(address, PAGE);
        return EXCEPTION_CONTINUE_EXECUTION;
      });
      return () => {
        for (let page = 0; page < PAGES; page += 1) memory.setUint32(base + page * PAGE, VALUE);
        wanted += PAGES;
        verify(hits === wanted, "faults that the handler saw");
        decommit(base, bytes);
      };
    },

    /** The marks go, then each page is written once. */
    firstWrites() {
      const bytes = PAGES * PAGE;
      const base = reserve(bytes, RESERVE_COMMIT | MEM_WRITE_WATCH);
      for (let page = 0; page < PAGES; page += 1) memory.setUint32(base + page * PAGE, VALUE);
      return () => {
        verify(api.ResetWriteWatch(base, bytes) === 0, "ResetWriteWatch");
        for (let page = 0; page < PAGES; page += 1) memory.setUint32(base + page * PAGE, page);
      };
    },

    /** The addresses of all pages of a region that was written throughout; their marks go. */
    harvest() {
      const bytes = PAGES * PAGE;
      const base = reserve(bytes, RESERVE_COMMIT | MEM_WRITE_WATCH);
      const addresses = { value: /** @type {number[]} */ ([]) };
      const count = { value: 0 };
      const granularity = { value: 0 };
      const before = () => {
        for (let page = 0; page < PAGES; page += 1) memory.setUint32(base + page * PAGE, VALUE);
      };
      const work = () => {
        count.value = PAGES;
        const flags = WRITE_WATCH_FLAG_RESET;
        const failed = api.GetWriteWatch(flags, base, bytes, addresses, count, granularity);
        verify(failed === 0 && count.value === PAGES, "GetWriteWatch");
        verify(addresses.value[PAGES - 1] === base + bytes - PAGE, "the last page written");
      };
      return { before, work };
    },

    /** Committed pages, each touched for the first time; then all go at once. */
    firstTouches() {
      const bytes = PAGES * PAGE;
      const base = reserve(bytes, MEM_RESERVE);
      return () => {
        commit(base, bytes);
        for (let page = 0; page < PAGES; page += 1) memory.setUint32(base + page * PAGE, VALUE);
        decommit(base, bytes);
      };
    },
  };
}

export const Sizes = { page: PAGE, small: SMALL_BYTES, large: LARGE_BYTES };
