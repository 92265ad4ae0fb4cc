import { accessAsks, answered, asks, failed, foldTransfer, handled, result } from "./answers";
import {
  compare,
  copy,
  fetch,
  fill,
  ask as pagesAsk,
  readVirtual,
  serviceAsk,
  writeVirtual,
} from "./guardpage";
import { below, oneIn, randomBits } from "./random";
import { fold } from "./tally";
import { address, context, NONE, PAGE, page, size, target } from "./world";

/** Many bytes at once: by the guest, and by services. */

const READ: u32 = 0;
const WRITE: u32 = 1;
const EXECUTE: u32 = 8;
/** Bytes of the transfer area that a service may fill at once. */
const TRANSFER_MOST: u64 = 0x800;

function length(): u64 {
  return oneIn(3) ? 1 + <u64>below(3 * <u32>PAGE) : 1 + <u64>below(64);
}

function access(): u32 {
  const choice = below(4);
  return choice == 0 ? EXECUTE : choice == 1 ? WRITE : READ;
}

/** What was done at both ends is left out when the copy goes on. */
export function copyAny(): void {
  let to = address();
  let from = oneIn(3) ? to + <u64>below(64) - 32 : address();
  let rest = length();
  do {
    copy(context, to, from, rest);
    const done = result(0);
    fold(done);
    to += done;
    from += done;
    rest -= done + (failed() ? result(1) : 0);
  } while (accessAsks());
  if (failed()) handled();
}

export function fillAny(): void {
  let to = address();
  let rest = length();
  const value = <u32>randomBits() & 0xff;
  do {
    fill(context, to, value, rest);
    const done = result(0);
    fold(done);
    to += done;
    rest -= done;
  } while (accessAsks());
  if (failed()) handled();
}

export function compareAny(): void {
  let left = address();
  let right = address();
  let rest = length();
  do {
    compare(context, left, right, rest);
    const done = result(0);
    fold(done);
    left += done;
    right += done;
    rest -= done;
  } while (accessAsks());
  if (failed()) handled();
  else fold(result(1));
}

export function fetchAny(): void {
  const at = address();
  const bytes = 1 + below(15);
  do fetch(context, at, bytes);
  while (accessAsks());
  if (failed()) handled();
  else foldTransfer(bytes);
}

export function askAny(): void {
  const at = address();
  const bytes = 1 + below(15);
  const kind = access();
  do pagesAsk(context, at, bytes, kind);
  while (accessAsks());
  if (failed()) handled();
}

export function serviceAskAny(): void {
  const at = address();
  const bytes = length();
  const kind = oneIn(2) ? READ : WRITE;
  let status: u32 = 0;
  do status = serviceAsk(context, at, bytes, kind);
  while (asks(status));
  answered(status, 0);
}

/** Into the transfer area, or a buffer of the caller. */
export function readVirtualAny(): void {
  const from = target();
  let at = address();
  let buffer = oneIn(2) ? NONE : address();
  let rest = min(length(), TRANSFER_MOST);
  let status: u32 = 0;
  do {
    status = readVirtual(context, from, at, buffer, rest, NONE);
    const done = result(0);
    if (buffer == NONE) foldTransfer(<u32>done);
    else buffer += done;
    at += done;
    rest -= done;
  } while (asks(status));
  answered(status, 1);
}

export function writeVirtualAny(): void {
  const to = target();
  let at = oneIn(2) ? page() : address();
  let buffer = address();
  let rest = oneIn(4) ? size() : length();
  let status: u32 = 0;
  do {
    status = writeVirtual(context, to, at, buffer, rest, NONE);
    at += result(0);
    buffer += result(0);
    rest -= result(0);
  } while (asks(status));
  answered(status, 1);
}
