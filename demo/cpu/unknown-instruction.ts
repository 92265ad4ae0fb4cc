/** The CPU met an instruction that it does not have. Nothing of it has happened. */
export class UnknownInstruction extends Error {
  override readonly name = "UnknownInstruction";
  readonly address: number;
  readonly bytes: Uint8Array;

  /**
   * @param bytes those of the instruction; where they are none of x86, those that were looked at
   * @param mnemonic what the decoder calls it
   */
  constructor(address: number, bytes: Uint8Array, mnemonic: string) {
    const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    super(
      `no such instruction at 0x${address.toString(16).padStart(8, "0")}: ${pairs} ${mnemonic}`,
    );
    this.address = address;
    this.bytes = bytes;
  }
}
