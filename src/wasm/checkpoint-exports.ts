/** Exports of the tools for checkpoints. */
export interface CheckpointExports {
  /**
   * The mark of a new checkpoint; 0: no memory, and there are none any more. Contexts leave their
   * spaces, and what was asked of the host is not awaited any more.
   */
  checkpointMake(): number;
  /** Go back to it: later ones are gone. Contexts leave their spaces. */
  checkpointRewind(mark: number): void;
  /** Those before this one are gone. */
  checkpointsDrop(mark: number): void;
  checkpointsForget(): void;
  /** 1; 0: there are none, or they are gone for want of memory. */
  checkpointsThere(): number;
}
