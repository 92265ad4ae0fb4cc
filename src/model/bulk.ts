import { Accesses, type Fault } from "./access.ts";
import { PAGE, READ, WRITE } from "./constants.ts";

export interface BulkAnswer {
  /** Bytes below the fault, all of which are done. */
  done: number;
  fault?: Fault;
}

function leftInPage(address: number): number {
  return PAGE - (address % PAGE);
}

/** Bulk operations by 17.5: ascending single accesses, cut here at page boundaries. */
export class BulkAccesses extends Accesses {
  copy(target: number, source: number, length: number): BulkAnswer {
    if (target > source && target < source + length) {
      return this.copyDownwards(target, source, length);
    }
    let done = 0;
    while (done < length) {
      const from = source + done;
      const to = target + done;
      const size = Math.min(length - done, leftInPage(from), leftInPage(to));
      const unread = this.attempt(from, size, READ);
      if (unread !== null) return { done, fault: unread };
      const bytes = this.bytesOf(from, size);
      const unwritten = this.attempt(to, size, WRITE);
      if (unwritten !== null) return { done, fault: unwritten };
      this.setBytes(to, bytes);
      done += size;
    }
    return { done };
  }

  /** The ranges overlap with the target above: every page is asked first, then all or nothing. */
  private copyDownwards(target: number, source: number, length: number): BulkAnswer {
    let asked = 0;
    while (asked < length) {
      const from = source + asked;
      const to = target + asked;
      const size = Math.min(length - asked, leftInPage(from), leftInPage(to));
      const fault = this.attempt(from, size, READ) ?? this.attempt(to, size, WRITE);
      if (fault !== null) return { done: 0, fault };
      asked += size;
    }
    this.setBytes(target, this.bytesOf(source, length));
    return { done: length };
  }

  fill(address: number, value: number, length: number): BulkAnswer {
    let done = 0;
    while (done < length) {
      const size = Math.min(length - done, leftInPage(address + done));
      const fault = this.attempt(address + done, size, WRITE);
      if (fault !== null) return { done, fault };
      this.setBytes(address + done, new Uint8Array(size).fill(value));
      done += size;
    }
    return { done };
  }

  /** `done` counts the equal bytes; `sign` is that of the first difference. */
  compare(left: number, right: number, length: number): BulkAnswer & { sign: number } {
    let done = 0;
    while (done < length) {
      const size = Math.min(length - done, leftInPage(left + done), leftInPage(right + done));
      const fault =
        this.attempt(left + done, size, READ) ?? this.readThen(left + done, size, right + done);
      if (fault !== null) return { done, fault, sign: 0 };
      const mine = this.bytesOf(left + done, size);
      const theirs = this.bytesOf(right + done, size);
      for (let i = 0; i < size; i += 1) {
        const difference = (mine[i] ?? 0) - (theirs[i] ?? 0);
        if (difference !== 0) return { done: done + i, sign: Math.sign(difference) };
      }
      done += size;
    }
    return { done, sign: 0 };
  }

  private readThen(read: number, size: number, next: number): Fault | null {
    this.bytesOf(read, size);
    return this.attempt(next, size, READ);
  }
}
