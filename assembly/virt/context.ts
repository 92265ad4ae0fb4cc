import { arenaTake, UNIT_BYTES } from "../base/arena";
import { CONTEXT, STALE } from "../base/layout";
import { AGENT_STATE, agentAdd } from "../base/threads";
import { machine } from "./machine";
import { Space, TAG_SHIFT } from "./space";

/**
 * A context: who accesses, and where answers go. One for each worker that runs guest code.
 *
 *     0x0000     0x0004     0x0008     0x000c     0x0010      0x0018     0x001c     0x0020
 *     +---------+----------+----------+----------+-----------+----------+----------+
 *     | outcome | decision | code     | access   | address   | detail   | space    |
 *     +---------+----------+----------+----------+-----------+----------+----------+
 *     | tag                | next     | thread   | poll      | agent (base/threads)|  0x0020
 *     +--------------------+----------+----------+-----------+---------------------+
 *     | results: u64[16]                                                           |  0x0040
 *     +----------------------------------------------------------------------------+
 *     | transfer: bytes that come or go with a call                                |  0x0400
 *     +----------------------------------------------------------------------------+
 *     | translations: 1,024 entries of 32 bytes (virt/maps)                        |  0x8000
 *     +----------------------------------------------------------------------------+
 *
 *     outcome   of the last access that failed; stays until it is cleared
 *     decision  the rule that answered the last call or access (base/rule)
 *     code, access, address, detail   the exception record of that access
 *     space     record of the current space;  tag: the space's, as translations carry it
 *     thread    number of the thread of that space that makes calls and accesses, or 0
 *     poll      not 0: generated code is to leave at its next poll
 *     agent     on shared memory: whether the agent runs, whether it may block, the next agent
 */
@unmanaged
@final
export class Context {
  outcome: u32;
  decision: u32;
  exceptionCode: u32;
  exceptionAccess: u32;
  exceptionAddress: u64;
  exceptionDetail: u32;
  space: u32;
  tag: u64;
  next: u32;
  thread: u32;
  poll: u32;
  agentState: u32;
  agentBlocks: u32;
  agentNext: u32;
}

export const CONTEXT_BYTES: u32 = 0x10000;
export const TAG_OFFSET: usize = 0x20;
const RESULTS: usize = 0x40;
export const TRANSFER: u32 = 0x400;
export const TRANSFER_BYTES: u32 = 0x7c00;
export const TRANSLATIONS: u32 = 0x8000;

if (offsetof<Context>("tag") != TAG_OFFSET) ERROR("accessors read the tag at a fixed offset");
if (offsetof<Context>("poll") != 0x30) ERROR("generated code reads the poll at a fixed offset");
if (offsetof<Context>("agentState") != AGENT_STATE) ERROR("agents are at a fixed offset");
if (offsetof<Context>() > RESULTS) ERROR("Context runs into its results");
if (CONTEXT_BYTES != UNIT_BYTES) ERROR("a context must be what the arena gives");
if (CONTEXT + CONTEXT_BYTES > STALE) ERROR("CONTEXT runs into STALE");
if (TRANSFER + TRANSFER_BYTES != TRANSLATIONS) ERROR("transfer area must end at the translations");

/** A context that belongs to no space yet, or null where memory is at its end. */
export function contextMake(): Context | null {
  const isFirst = machine().firstContext == 0;
  const context = changetype<Context | null>(isFirst ? CONTEXT : arenaTake());
  if (context === null) return null;
  contextLeave(context);
  context.next = machine().firstContext;
  machine().firstContext = changetype<u32>(context);
  if (ASC_FEATURE_THREADS) agentAdd(changetype<u32>(context));
  return context;
}

/** The current space, or null. */
export function contextSpace(context: Context): Space | null {
  return changetype<Space | null>(context.space);
}

/** From now on the context's accesses go to this space. */
export function contextEnter(context: Context, space: Space): void {
  contextLeave(context);
  context.space = changetype<u32>(space);
  context.tag = space.tag;
  context.thread = 0;
  space.inside = space.enclave;
}

/** From now on every access of the context fails: its tag is one that no translation carries. */
export function contextLeave(context: Context): void {
  const space = contextSpace(context);
  if (space !== null) space.inside = 0;
  context.space = 0;
  context.tag = u64.MAX_VALUE << TAG_SHIFT;
}

export function resultSet(context: Context, index: u32, value: u64): void {
  store<u64>(changetype<u32>(context) + (index << 3), value, RESULTS);
}

export function resultGet(context: Context, index: u32): u64 {
  return load<u64>(changetype<u32>(context) + (index << 3), RESULTS);
}

export function transferOf(context: Context): u32 {
  return changetype<u32>(context) + TRANSFER;
}
