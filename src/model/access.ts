import {
  type Access,
  EXECUTE,
  PAGE,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  READ,
  WRITE,
} from "./constants.ts";
import { copied, copiesOnWrite } from "./protection.ts";
import { pageOf, setRun } from "./region.ts";
import { Stacks } from "./stack.ts";
import { ACCESS_VIOLATION, GUARD_PAGE_VIOLATION, STACK_OVERFLOW } from "./status.ts";

export interface Fault {
  code: number;
  access: Access;
  /** A bigint only for the -1 of an address that is not canonical (1.3). */
  address: number | bigint;
}

/** One page of an access, and the first byte of the access that lies in it. */
export interface PagePart {
  page: number;
  address: number;
}

const WRITABLE = [PAGE_READWRITE, PAGE_WRITECOPY, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY];

/** Section 4: what an access by the owning process meets. */
export class Accesses extends Stacks {
  load(address: number, size: number): { value: bigint } | { fault: Fault } {
    const fault = this.attempt(address, size, READ);
    if (fault !== null) return { fault };
    const bytes = this.bytesOf(address, size);
    let value = 0n;
    for (let i = size - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(bytes[i] ?? 0);
    return { value };
  }

  store(address: number, size: number, value: bigint): { fault?: Fault } {
    const fault = this.attempt(address, size, WRITE);
    if (fault !== null) return { fault };
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i += 1) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn);
    this.setBytes(address, bytes);
    return {};
  }

  fetch(address: number, size: number): { bytes: Uint8Array } | { fault: Fault } {
    const fault = this.attempt(address, size, EXECUTE);
    if (fault !== null) return { fault };
    return { bytes: this.bytesOf(address, size) };
  }

  /** As a debugger reads: whatever the protection, without any effect. Null: not all committed. */
  peek(address: number, size: number): Uint8Array | null {
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; ) {
      const page = pageOf(address + i);
      if (!this.protectAt(page)) return null;
      const offset = (address + i) % PAGE;
      const length = Math.min(size - i, PAGE - offset);
      const content = this.contentOf(page);
      if (content) bytes.set(content.subarray(offset, offset + length), i);
      i += length;
    }
    return bytes;
  }

  /**
   * As a debugger writes: the bytes, and a frame outside the working set if there is none. A page
   * of a section that copies on write is copied. False: not committed.
   */
  poke(address: number, bytes: Uint8Array): boolean {
    if (this.peek(address, bytes.length) === null) return false;
    for (let i = 0; i < bytes.length; i += 1) {
      const at = address + i;
      const protect = this.protectAt(pageOf(at)) ?? 0;
      if (copiesOnWrite(protect) && this.sharedFrame(pageOf(at)) !== null) {
        this.copyPage(pageOf(at), protect);
      }
      this.makeSole(pageOf(at));
      this.frameOf(pageOf(at))[at % PAGE] = bytes[i] ?? 0;
    }
    return true;
  }

  /**
   * As a system service looks at a parameter that it will write: the fault stays inside, a guard
   * goes (4.8).
   */
  probePointer(address: number, size: number): boolean {
    for (const part of this.partsOf(address, size)) {
      if (this.faultOn(part, WRITE) !== null) return false;
    }
    for (const { page } of this.partsOf(address, size)) this.touch(page);
    return true;
  }

  /**
   * All pages of one access, ascending: the first failing one's fault (4.4). Nothing else happens
   * yet.
   */
  protected attempt(address: number, size: number, access: Access): Fault | null {
    for (const part of this.partsOf(address, size)) {
      const fault = this.faultOn(part, access);
      if (fault !== null) return fault;
    }
    const [first, second] = this.partsOf(address, size);
    // Growth of a stack at the second page may have put a guard on the first.
    return first === undefined || second === undefined ? null : this.faultOn(first, access);
  }

  protected *partsOf(address: number, size: number): Generator<PagePart> {
    yield { page: pageOf(address), address };
    const last = pageOf(address + size - 1);
    for (let page = pageOf(address) + 1; page <= last; page += 1) {
      yield { page, address: page * PAGE };
    }
  }

  /** The ladder of 4.1 for one page. A guard that is met is cleared. */
  protected faultOn(part: PagePart, access: Access): Fault | null {
    const reported = this.reportedAccess(access);
    if (part.address > this.layout.highestUser) return this.beyondUserSpace(part, reported);
    const violation = { code: ACCESS_VIOLATION, access: reported, address: part.address };
    let protect = this.protectAt(part.page);
    if (protect === null || protect === 0) return violation;
    const stack = (protect & PAGE_GUARD) === 0 ? null : this.stackAround(part.page);
    if (stack !== null) {
      if (!this.grow(stack, part.page)) return { ...violation, code: STACK_OVERFLOW };
      protect = this.protectAt(part.page) ?? 0;
    }
    if (this.anyOffered(part.page, part.page)) return violation;
    const guarded = (protect & PAGE_GUARD) !== 0;
    const permitted = this.permits(protect, access);
    if (!permitted && !(guarded && this.guardComesFirst(reported))) return violation;
    if (!guarded) return null;
    this.setPageProtect(part.page, protect - PAGE_GUARD);
    return { ...violation, code: GUARD_PAGE_VIOLATION };
  }

  /** Without DEP a fetch is a read, in every exception (17.5). */
  protected reportedAccess(access: Access): Access {
    return access === EXECUTE && !this.settings.dep ? READ : access;
  }

  /** For a fetch under DEP the guard always comes first (note on 4.1). */
  protected guardComesFirst(reported: Access): boolean {
    return reported === EXECUTE || this.settings.guardOrder === "guard-first";
  }

  protected permits(protect: number, access: Access): boolean {
    const base = protect & 0xff;
    if (access === WRITE) return WRITABLE.includes(base);
    if (access === EXECUTE)
      return this.settings.dep ? base >= PAGE_EXECUTE : base !== PAGE_NOACCESS;
    if (base === PAGE_EXECUTE) return this.settings.executeOnlyReadable;
    return base !== PAGE_NOACCESS;
  }

  private beyondUserSpace(part: PagePart, access: Access): Fault {
    const canonical = part.address < 2 ** 47 || part.address >= 2 ** 64 - 2 ** 47;
    if (canonical) return { code: ACCESS_VIOLATION, access, address: part.address };
    return { code: ACCESS_VIOLATION, access: READ, address: 0xffffffffffffffffn };
  }

  protected setPageProtect(page: number, protect: number): void {
    const region = this.regionAt(page * PAGE);
    if (region !== null) setRun(region, page, page, protect);
  }

  /** Content of pages that may be read. */
  protected bytesOf(address: number, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; ) {
      const at = address + i;
      const offset = at % PAGE;
      const part = this.touch(pageOf(at)).subarray(
        offset,
        offset + Math.min(size - i, PAGE - offset),
      );
      bytes.set(part, i);
      i += part.length;
    }
    return bytes;
  }

  /** Writes to pages that may be written: copies what copies on write, marks what is watched. */
  protected setBytes(address: number, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; ) {
      const at = address + i;
      const offset = at % PAGE;
      const part = bytes.subarray(i, i + PAGE - offset);
      this.prepareWrite(pageOf(at));
      this.touch(pageOf(at)).set(part, offset);
      i += part.length;
    }
  }

  protected prepareWrite(page: number): void {
    const protect = this.protectAt(page) ?? 0;
    const facts = this.factsAt(page);
    if (copiesOnWrite(protect)) this.copyPage(page, protect);
    this.makeSole(page);
    facts.lost = false;
    this.markWritten(page);
  }

  /** 7.7: the page leaves its section with the bytes that it shows now. */
  protected copyPage(page: number, protect: number): void {
    const shared = this.sharedFrame(page);
    const facts = this.factsAt(page);
    if (shared !== null) facts.bytes = shared.slice();
    facts.copied = true;
    this.setPageProtect(page, copied(protect));
  }

  protected markWritten(page: number): void {
    if (this.regionAt(page * PAGE)?.watched) this.factsAt(page).written = true;
  }
}
