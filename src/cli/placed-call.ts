/** A call, as its file has it. */
export interface PlacedCall {
  readonly line: number;
  /** "VirtualFree(0x10000, 0x0, 0x8000)" */
  readonly text: string;
}
