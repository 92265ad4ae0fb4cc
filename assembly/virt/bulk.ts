import { WINDOW } from "../base/layout";
import { pageOf } from "../base/range";
import { rule } from "../base/rule";
import { probe } from "./access";
import { EXECUTE, READ, WRITE } from "./access-kind";
import { linearOf } from "./backing";
import { Context, contextSpace, resultSet } from "./context";
import { ask, askMore, complete, meet, prepare, RESOLVED, raise, shortage } from "./fault";
import { ACCESS_EXECUTE, ACCESS_READ, ACCESS_WRITE, accessByte, windowHas } from "./maps";
import { operationBegin } from "./request";
import { Space } from "./space";

/**
 * Operations over any length: an ascending sequence of single accesses. They stop at the first that
 * fails or asks, with the bytes below it done (result 0), and may be called again for the rest.
 */

/**
 * As `probe`, for as much of [address, address + length) as lies together behind it; result 0 is
 * how many bytes. Only pages that the maps allow already are added, so the pages of the answer are
 * all ready.
 */
export function probeRange(context: Context, address: u64, length: u64, access: u32): u32 {
  const linear = probe(context, address, 1, access);
  if (linear == 0) return 0;
  const space = changetype<Space>(context.space);
  const right = rightOf(access);
  let bytes = toPageEnd(address);
  let page = pageOf(address);
  if (windowHas(space, page) && linear == WINDOW + <u32>address) {
    page += 1;
    while (bytes < length && windowHas(space, page) && (accessByte(<u32>page) & right) != 0) {
      bytes += 0x1000;
      page += 1;
    }
  }
  resultSet(context, 0, min<u64>(bytes, length));
  return linear;
}

/**
 * Copy; where the ranges overlap, the result is memmove's as long as nothing fails. An outcome.
 * Result 1: bytes done at the upper end, where the target overlaps the source from above.
 */
export function copyBytes(context: Context, target: u64, source: u64, length: u64): u32 {
  resultSet(context, 0, 0);
  resultSet(context, 1, 0);
  if (target > source && target - source < length) {
    return copyDownwards(context, target, source, length);
  }
  for (let done: u64 = 0; done < length; ) {
    if (ask(context, source + done, 1, READ) != RESOLVED) return context.outcome;
    if (askMore(context, target + done, 1, WRITE) != RESOLVED) return context.outcome;
    const space = changetype<Space>(context.space);
    const bytes = together(source + done, target + done, length - done);
    memory.copy(linearOf(space, target + done), linearOf(space, source + done), <u32>bytes);
    done += bytes;
    resultSet(context, 0, done);
  }
  return RESOLVED;
}

export function fillBytes(context: Context, address: u64, value: u32, length: u64): u32 {
  resultSet(context, 0, 0);
  resultSet(context, 1, 0);
  for (let done: u64 = 0; done < length; ) {
    if (ask(context, address + done, 1, WRITE) != RESOLVED) return context.outcome;
    const space = changetype<Space>(context.space);
    const bytes = min<u64>(toPageEnd(address + done), length - done);
    memory.fill(linearOf(space, address + done), <u8>value, <u32>bytes);
    done += bytes;
    resultSet(context, 0, done);
  }
  return RESOLVED;
}

/**
 * Result 0: bytes that are equal; result 1: -1, 0 or 1, the order of the first two that are not.
 */
export function compareBytes(context: Context, left: u64, right: u64, length: u64): u32 {
  resultSet(context, 0, 0);
  resultSet(context, 1, 0);
  for (let done: u64 = 0; done < length; ) {
    if (ask(context, left + done, 1, READ) != RESOLVED) return context.outcome;
    if (askMore(context, right + done, 1, READ) != RESOLVED) return context.outcome;
    const space = changetype<Space>(context.space);
    const a = linearOf(space, left + done);
    const b = linearOf(space, right + done);
    const bytes = <u32>together(left + done, right + done, length - done);
    for (let i: u32 = 0; i < bytes; i++) {
      const difference = <i32>load<u8>(a + i) - <i32>load<u8>(b + i);
      if (difference == 0) continue;
      resultSet(context, 0, done + i);
      resultSet(context, 1, difference < 0 ? u64.MAX_VALUE : 1);
      return RESOLVED;
    }
    done += bytes;
    resultSet(context, 0, done);
  }
  return RESOLVED;
}

/** Fetch 1..15 bytes of an instruction to `linear`. An outcome. */
export function fetchBytes(context: Context, address: u64, size: u32, linear: u32): u32 {
  if (ask(context, address, size, EXECUTE) != RESOLVED) return context.outcome;
  const space = changetype<Space>(context.space);
  for (let i: u32 = 0; i < size; i++) {
    store<u8>(linear + i, load<u8>(linearOf(space, address + i)));
  }
  return RESOLVED;
}

/** Bytes from `address` to the end of its page. */
export function toPageEnd(address: u64): u64 {
  return 0x1000 - (address & 0xfff);
}

/** How many of `length` bytes lie in one page on both sides. */
function together(a: u64, b: u64, length: u64): u64 {
  return min<u64>(min<u64>(toPageEnd(a), toPageEnd(b)), length);
}

function rightOf(access: u32): u32 {
  if (access == WRITE) return ACCESS_WRITE;
  return access == EXECUTE ? ACCESS_EXECUTE : ACCESS_READ;
}

/**
 * Overlap with the target above: from the top down, after every page of both ranges has been
 * judged.
 */
function copyDownwards(context: Context, target: u64, source: u64, length: u64): u32 {
  const space = contextSpace(context);
  if (space === null) return ask(context, source, 1, READ);
  for (let done: u64 = 0; done < length; ) {
    let outcome = meet(context, space, pageOf(source + done), READ);
    if (outcome != RESOLVED) return raise(context, space, outcome, READ, source + done);
    outcome = meet(context, space, pageOf(target + done), WRITE);
    if (outcome != RESOLVED) return raise(context, space, outcome, WRITE, target + done);
    done += together(source + done, target + done, length - done);
  }
  for (let done: u64 = 0; done < length; ) {
    const left = length - done;
    const bytes = min<u64>(min<u64>(behind(source + left), behind(target + left)), left);
    const from = left - bytes;
    operationBegin();
    if (!ready(context, space, source + from, READ)) return context.outcome;
    if (!ready(context, space, target + from, WRITE)) return context.outcome;
    memory.copy(linearOf(space, target + from), linearOf(space, source + from), <u32>bytes);
    done += bytes;
    resultSet(context, 1, done);
  }
  context.decision = rule(4, 1, 9);
  resultSet(context, 0, length);
  return RESOLVED;
}

/** What has been judged is not judged again: a stack that grew may have put a guard on it. */
function ready(context: Context, space: Space, address: u64, access: u32): bool {
  const page = pageOf(address);
  if (!prepare(space, page, access)) {
    raise(context, space, shortage(), access, address);
    return false;
  }
  complete(context, space, page, access);
  return true;
}

/** Bytes of the page that ends at or holds the byte before `end`, up to `end`. */
function behind(end: u64): u64 {
  return ((end - 1) & 0xfff) + 1;
}
