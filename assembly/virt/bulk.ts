import { pageOf, toPageEnd } from "../base/range";
import { rule } from "../base/rule";
import { probe } from "./access";
import { EXECUTE, READ, WRITE } from "./access-kind";
import { linearOf } from "./backing";
import { codeStops } from "./code-views";
import { Context, contextSpace, resultSet } from "./context";
import {
  ask,
  askMore,
  CODE_WRITTEN,
  complete,
  meet,
  prepare,
  RESOLVED,
  raise,
  shortage,
} from "./fault";
import { machine } from "./machine";
import { ACCESS_EXECUTE, ACCESS_READ, ACCESS_WRITE, mapsPlace, mapsTogether } from "./maps";
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
  resultSet(context, 0, mapsTogether(context, address, linear, length, rightOf(access)));
  return linear;
}

/** Whether a byte of each can be reached now; if not, the outcome is in the context. */
function areReady(context: Context, a: u64, accessA: u32, b: u64, accessB: u32): bool {
  if (context.space != 0 && mapsPlace(context, a, rightOf(accessA)) != 0) {
    if (mapsPlace(context, b, rightOf(accessB)) != 0) return true;
  }
  return ask(context, a, 1, accessA) == RESOLVED && askMore(context, b, 1, accessB) == RESOLVED;
}

/** Where a byte is that is ready. */
function placeOf(context: Context, address: u64, access: u32): u32 {
  const place = mapsPlace(context, address, rightOf(access));
  return place != 0 ? place : linearOf(changetype<Space>(context.space), address);
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
    const from = source + done;
    const to = target + done;
    if (!areReady(context, from, READ, to, WRITE)) return context.outcome;
    const placeFrom = placeOf(context, from, READ);
    const placeTo = placeOf(context, to, WRITE);
    const together = mapsTogether(context, from, placeFrom, length - done, ACCESS_READ);
    const bytes = mapsTogether(context, to, placeTo, together, ACCESS_WRITE);
    memory.copy(placeTo, placeFrom, <u32>bytes);
    done += bytes;
    resultSet(context, 0, done);
  }
  context.decision = rule(4, 1, 9);
  return RESOLVED;
}

export function fillBytes(context: Context, address: u64, value: u32, length: u64): u32 {
  resultSet(context, 0, 0);
  resultSet(context, 1, 0);
  for (let done: u64 = 0; done < length; ) {
    const to = address + done;
    let place = context.space == 0 ? 0 : mapsPlace(context, to, ACCESS_WRITE);
    if (place == 0) place = probe(context, to, 1, WRITE);
    if (place == 0) return context.outcome;
    const bytes = mapsTogether(context, to, place, length - done, ACCESS_WRITE);
    memory.fill(place, <u8>value, <u32>bytes);
    done += bytes;
    resultSet(context, 0, done);
  }
  context.decision = rule(4, 1, 9);
  return RESOLVED;
}

/**
 * Result 0: bytes that are equal; result 1: -1, 0 or 1, the order of the first two that are not.
 */
export function compareBytes(context: Context, left: u64, right: u64, length: u64): u32 {
  resultSet(context, 0, 0);
  resultSet(context, 1, 0);
  for (let done: u64 = 0; done < length; ) {
    const a = left + done;
    const b = right + done;
    if (!areReady(context, a, READ, b, READ)) return context.outcome;
    const placeA = placeOf(context, a, READ);
    const placeB = placeOf(context, b, READ);
    const together = mapsTogether(context, a, placeA, length - done, ACCESS_READ);
    const bytes = <u32>mapsTogether(context, b, placeB, together, ACCESS_READ);
    context.decision = rule(4, 1, 9);
    const equal = equalBytes(placeA, placeB, bytes);
    done += equal;
    resultSet(context, 0, done);
    if (equal != bytes) {
      const isLess = load<u8>(placeA + equal) < load<u8>(placeB + equal);
      resultSet(context, 1, isLess ? u64.MAX_VALUE : 1);
      return RESOLVED;
    }
  }
  return RESOLVED;
}

/** How many of the first `bytes` bytes are the same in both places. */
function equalBytes(a: u32, b: u32, bytes: u32): u32 {
  let at: u32 = 0;
  if (ASC_FEATURE_SIMD) {
    while (bytes - at >= 16 && !v128.any_true(v128.xor(v128.load(a + at), v128.load(b + at)))) {
      at += 16;
    }
  }
  while (bytes - at >= 8) {
    const different = load<u64>(a + at) ^ load<u64>(b + at);
    if (different != 0) return at + (<u32>ctz<u64>(different) >>> 3);
    at += 8;
  }
  while (at < bytes && load<u8>(a + at) == load<u8>(b + at)) at++;
  return at;
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
    if (outcome == RESOLVED && machine().codeMarks != 0) {
      if (codeStops(space, pageOf(target + done))) outcome = CODE_WRITTEN;
    }
    if (outcome != RESOLVED) return raise(context, space, outcome, WRITE, target + done);
    const ends = min<u64>(toPageEnd(source + done), toPageEnd(target + done));
    done += min<u64>(ends, length - done);
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
