import { numberBytes, serviceWrite } from "../out.ts";
import type { Process } from "../process.ts";

/**
 * What a pointer-sized parameter in guest memory says; a number that means nothing where it cannot
 * be read. The core reads it again, with the guest's rights.
 */
export function readPointer(process: Process, address: number): number {
  const { bytes } = process.debugView.read(address, process.door.pointerBytes);
  return bytes.reduceRight((value, byte) => value * 0x100 + byte, 0);
}

/** Write a pointer-sized parameter as a service does. */
export function writePointer(process: Process, address: number, value: number): void {
  serviceWrite(process, address, numberBytes(value, process.door.pointerBytes));
}
