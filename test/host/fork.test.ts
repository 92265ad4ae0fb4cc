import { kernel32 } from "guardpage/kernel32";
import { describe, expect, it } from "vitest";
import { createMachine } from "../setup/machine.ts";

describe("fork", () => {
  for (const space of ["windowed", "translated"] as const) {
    it("works " + space, async () => {
      const machine = await createMachine({ profile: "win32" });
      const p = machine.createProcess({ space });
      const k = kernel32(p);
      const base = k.VirtualAlloc(0, 0x1000000, 0x3000, 4);
      for (let i = 0; i < 0x1000000; i += 4096) p.memory.setUint32(base + i, i + 1);
      p.verifySpace();
      const before = machine.counters;
      const c = p.fork();
      const after = machine.counters;
      console.log(before, after);
      p.verifySpace();
      c.verifySpace();
      for (let i = 0; i < 0x1000000; i += 4096) expect(c.memory.getUint32(base + i)).toBe(i + 1);
      p.memory.setUint32(base + 8192, 7);
      expect(machine.counters.frames).toBe(after.frames + 1);
      expect(c.memory.getUint32(base + 8192)).toBe(8193);
      expect(p.memory.getUint32(base + 8192)).toBe(7);
      p.verifySpace();
      c.verifySpace();
      c.memory.setUint32(base + 4096, 9);
      expect(p.memory.getUint32(base + 4096)).toBe(4097);
      p.verifySpace();
      c.verifySpace();
      const d = c.fork();
      p.exit();
      c.verifySpace();
      for (let i = 0; i < 0x1000000; i += 4096) c.memory.setUint32(base + i, i + 5);
      d.verifySpace();
      for (let i = 0; i < 0x1000000; i += 4096) expect(c.memory.getUint32(base + i)).toBe(i + 5);
      for (let i = 0; i < 0x1000000; i += 4096)
        expect(d.memory.getUint32(base + i)).toBe(i === 4096 ? 9 : i + 1);
      c.exit();
      d.verifySpace();
      d.exit();
      console.log(machine.counters);
    });
  }
});
