import { context } from "./agent";
import { THREADS } from "./layout";

/**
 * Agents: threads of the host that share the memory of a core, each with an instance and a context
 * of its own. Compiled where `ASC_FEATURE_THREADS` is; the other cores have no agents.
 *
 *      THREADS                                    each context, at AGENT_STATE
 *      0        4        8        12              0        4        8
 *     +--------+--------+--------+----------+    +--------+--------+--------+
 *     | lock   | stop   | first  | poisoned |    | state  | blocks | next   |
 *     +--------+--------+--------+----------+    +--------+--------+--------+
 *
 *     lock      FREE, TAKEN, or AWAITED: somebody blocks until it is free. Whoever has it may read
 *               and change all that the core keeps
 *     stop      1: no agent may run, until the call is over that has the lock
 *     first     the agents that there are, by their contexts;  next: the one after
 *     poisoned  1: a call has trapped, and every later one does
 *     state     RUNNING: the agent makes accesses that look at the maps and nothing else, from
 *               one poll to the next. PARKED: it does not; it is idle, blocked, or in the core
 *     blocks    1: the agent may block. The thread of a page may not, and turns in a loop instead
 *
 * An agent says that it runs before it looks whether it has to stop, and who stops all says so
 * before it looks who runs: one of the two sees the other.
 */
const LOCK: u32 = 0;
const STOP: u32 = 4;
const FIRST: u32 = 8;
const POISONED: u32 = 12;

const FREE: u32 = 0;
const TAKEN: u32 = 1;
const AWAITED: u32 = 2;
/** A call is over, and a poll is passed, sooner than a thread falls asleep and wakes again. */
const TURNS: u32 = 1000;

export const AGENT_STATE: u32 = 0x34;
const BLOCKS: u32 = AGENT_STATE + 4;
const NEXT: u32 = AGENT_STATE + 8;
const POLL: u32 = 0x30;

const PARKED: u32 = 0;
const RUNNING: u32 = 1;

/** Bits of the poll: the host wants the code to leave; all agents are stopped. */
const POLL_HOST: u32 = 1;
const POLL_STOP: u32 = 2;

/** The agent waits for its turn, and has the core to itself. Whether it ran: for `coreLeave`. */
export function coreEnter(): bool {
  const ran = agentRuns();
  if (ran) agentPark();
  lockTake();
  if (load<u32>(THREADS, POISONED) != 0) {
    lockGive();
    unreachable();
  }
  return ran;
}

/** The call is over: the agents go on, and this one runs as before, with what it was answered. */
export function coreLeave(ran: bool): void {
  worldGo();
  if (ran) atomic.store<u32>(context, RUNNING, AGENT_STATE);
  lockGive();
}

/**
 * From now on until the call is over, no agent is on its way by a right that the maps gave it.
 * Before a right goes, and before bytes go to another owner. Requires: the lock.
 */
export function worldStop(): void {
  if (load<u32>(THREADS, STOP) != 0) return;
  atomic.store<u32>(THREADS, 1, STOP);
  const first = load<u32>(THREADS, FIRST);
  for (let agent = first; agent != 0; agent = load<u32>(agent, NEXT)) {
    if (atomic.load<u32>(agent, AGENT_STATE) == RUNNING) atomic.or<u32>(agent, POLL_STOP, POLL);
  }
  for (let agent = first; agent != 0; agent = load<u32>(agent, NEXT)) {
    waitWhile(agent + AGENT_STATE, RUNNING);
  }
}

function worldGo(): void {
  if (load<u32>(THREADS, STOP) == 0) return;
  atomic.store<u32>(THREADS, 0, STOP);
  atomic.notify(THREADS + STOP);
}

/** The code of every agent is to leave at its next poll. Requires: the lock. */
export function worldLeave(): void {
  for (let agent = load<u32>(THREADS, FIRST); agent != 0; agent = load<u32>(agent, NEXT)) {
    agentStop(agent);
  }
}

/** The agent of this context is stopped with the others. Requires: the lock. */
export function agentAdd(added: u32): void {
  store<u32>(added, load<u32>(THREADS, FIRST), NEXT);
  store<u32>(THREADS, added, FIRST);
}

export function agentRuns(): bool {
  return atomic.load<u32>(context, AGENT_STATE) == RUNNING;
}

/** The agent runs from now on; where all are stopped, once they are no longer. */
export function agentRun(): void {
  while (!agentTry()) waitWhile(THREADS + STOP, 1);
}

/** The same without waiting: whether it runs. */
export function agentTry(): bool {
  if ((load<u32>(context, POLL) & POLL_STOP) != 0) atomic.and<u32>(context, ~POLL_STOP, POLL);
  atomic.store<u32>(context, RUNNING, AGENT_STATE);
  if (atomic.load<u32>(THREADS, STOP) == 0) return true;
  agentPark();
  return false;
}

/** The agent makes no access from now on, and nobody waits for it. */
export function agentPark(): void {
  park(context);
}

/** The thread behind this agent is gone, wherever it was: nobody waits for it any more. */
export function park(agent: u32): void {
  atomic.store<u32>(agent, PARKED, AGENT_STATE);
  if (atomic.load<u32>(THREADS, STOP) != 0) atomic.notify(agent + AGENT_STATE);
}

/** Between two accesses: wait while all are stopped. Whether the host wants the code to leave. */
export function agentPoll(polled: u32): bool {
  const bits = atomic.xchg<u32>(polled, 0, POLL);
  if (polled == context && agentRuns() && atomic.load<u32>(THREADS, STOP) != 0) {
    agentPark();
    agentRun();
  }
  return (bits & POLL_HOST) != 0;
}

/** The code of an agent, this one or another, is to leave. */
export function agentStop(stopped: u32): void {
  atomic.or<u32>(stopped, POLL_HOST, POLL);
}

/** The thread that this instance is in may be blocked. */
export function agentMayBlock(): void {
  store<u32>(context, 1, BLOCKS);
}

/** The last call has trapped: whoever waits for it, and whoever comes, traps as well. */
export function corePoison(): void {
  atomic.store<u32>(THREADS, 1, POISONED);
  worldGo();
  atomic.store<u32>(THREADS, FREE, LOCK);
  atomic.notify(THREADS + LOCK);
}

function lockTake(): void {
  for (let turn: u32 = 0; turn < TURNS; turn++) {
    if (atomic.cmpxchg<u32>(THREADS, FREE, TAKEN, LOCK) == FREE) return;
  }
  if (load<u32>(context, BLOCKS) == 0) {
    while (atomic.cmpxchg<u32>(THREADS, FREE, TAKEN, LOCK) != FREE);
    return;
  }
  while (atomic.xchg<u32>(THREADS, AWAITED, LOCK) != FREE) pause(THREADS + LOCK, AWAITED);
}

function lockGive(): void {
  if (atomic.xchg<u32>(THREADS, FREE, LOCK) == AWAITED) atomic.notify(THREADS + LOCK, 1);
}

/** Until the word is no longer `value`. */
function waitWhile(at: u32, value: u32): void {
  for (let turn: u32 = 0; turn < TURNS; turn++) {
    if (atomic.load<u32>(at) != value) return;
  }
  while (atomic.load<u32>(at) == value) pause(at, value);
}

/** Until the word is no longer `value`, or for a while. */
function pause(at: u32, value: u32): void {
  if (load<u32>(context, BLOCKS) != 0) atomic.wait<u32>(at, value);
}
