import { expect } from "vitest";
import {
  GENERIC_EXECUTE,
  GENERIC_READ,
  GENERIC_WRITE,
  PAGE_READWRITE,
} from "../../../src/constants.ts";
import { MemoryFile } from "../../../src/index.ts";
import { PAGE, type Scene } from "./scene.ts";

/** CreateFileMapping over a file of zeros that nothing else has open; it has to succeed. */
export function fileMapping(scene: Scene, pages: number, protect: number = PAGE_READWRITE): number {
  const backing = new MemoryFile({ contents: new Uint8Array(pages * PAGE) });
  const access = GENERIC_READ + GENERIC_WRITE + GENERIC_EXECUTE;
  const opened = scene.process.openFile(backing, { access });
  const handle = scene.kernel32.CreateFileMapping(opened, null, protect, 0, 0, null);
  expect(handle, scene.machine.decision).not.toBe(0);
  expect(scene.kernel32.CloseHandle(opened)).toBe(1);
  return handle;
}
