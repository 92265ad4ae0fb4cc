import {
  corePoison,
  agentMayBlock as mayBlock,
  park,
  agentPark as parkOwn,
  agentPoll as poll,
  agentRun as run,
  agentStop as stop,
} from "../../base/threads";

/** The agent of this instance, and those of others: none of these waits for the lock. */

/** Accesses in line, and linear addresses from `probe`, are good from now on, up to each poll. */
export function agentRun(): void {
  run();
}

/** The agent makes no access in line any more. */
export function agentPark(): void {
  parkOwn();
}

/** The thread of this instance may be blocked. */
export function agentMayBlock(): void {
  mayBlock();
}

/** The thread of another agent, by its context, has ended. */
export function agentEnded(context: u32): void {
  park(context);
}

/** Code that runs in this context is to leave at its next poll. */
export function contextStop(context: u32): void {
  stop(context);
}

/** Wait while all agents are stopped. Whether the code was to leave, which is done now: 1 or 0. */
export function contextPoll(context: u32): u32 {
  return poll(context) ? 1 : 0;
}

/** A call of this instance has trapped. */
export function machinePoison(): void {
  corePoison();
}
