import { journal } from "../../base/journal";
import {
  checkpointsDrop as drop,
  checkpointsForget as forget,
  checkpointMake as make,
  checkpointRewind as rewind,
} from "../../virt/checkpoint";

/** Checkpoints, to which a machine can go back. Each is known by a mark. */

/**
 * The mark of a new one; 0 where memory is at its end, and then there are none any more. All
 * contexts leave their spaces, and an answer to a request is not awaited any more.
 */
export function checkpointMake(): u32 {
  return make();
}

/** Later ones are gone. All contexts leave their spaces. */
export function checkpointRewind(mark: u32): void {
  rewind(mark);
}

/** Those before this one are gone. */
export function checkpointsDrop(mark: u32): void {
  drop(mark);
}

/** All of them are gone. */
export function checkpointsForget(): void {
  forget();
}

/** 1, or 0: there are none, or they are gone for want of memory. */
export function checkpointsThere(): u32 {
  return journal().newest == 0 ? 0 : 1;
}
