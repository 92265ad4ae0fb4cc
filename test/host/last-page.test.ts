import { expect, test, vi } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { createMachine } from "../setup/machine.ts";

const PAGE = 0x1000;

test("accesses in the last page of a run ask the core once, and not again", async () => {
  const machine = await createMachine({ profile: "win32" });
  const guest = machine.createProcess({ space: "windowed" });
  const { memory } = guest;
  const base = kernel32(guest).VirtualAlloc(0, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  memory.setUint32(base, 0x01020304);
  const asked = vi.spyOn(memory, "ask");
  const last = base + PAGE - 8;
  memory.setBigUint64(last, 5n);
  memory.setFloat64(last, memory.getFloat64(last));
  memory.setFloat32(last, memory.getFloat32(last));
  memory.setUint16(last, memory.getUint16(last));
  expect(memory.getBigUint64(last)).toBe(5n);
  expect(memory.getUint32(base)).toBe(0x01020304);
  expect(asked).not.toHaveBeenCalled();
  // Over the end of the run the core has to be asked, and refuses.
  expect(() => memory.getUint32(base + PAGE - 3)).toThrow();
  expect(asked).toHaveBeenCalledTimes(1);
});
