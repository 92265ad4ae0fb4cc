import type { Process } from "guardpage";

/** The 32 bits at an address, as a debugger reads them, which touches nothing. */
export function wordAt({ debugView }: Process, address: number): number {
  const { bytes } = debugView.read(address, 4);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}
