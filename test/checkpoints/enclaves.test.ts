import { expect, test } from "vitest";
import { ENCLAVE_TYPE_SGX2, MEM_COMMIT, PAGE_READWRITE } from "../../src/constants.ts";
import { ENCLAVE, EnclaveGuest } from "../host/enclave-guest.ts";
import { PAGE } from "../host/support.ts";
import { createMachine } from "../setup/machine.ts";

test.each(["windowed", "translated"] as const)("enclaves come back, %s", async (space) => {
  const machine = await createMachine({ profile: "win32", enclaves: ["SGX1", "SGX2", "VBS"] });
  const guest = new EnclaveGuest(machine, { space });
  const { process } = guest;
  guest.enclave(ENCLAVE_TYPE_SGX2);
  expect(guest.load(ENCLAVE, new Uint8Array(PAGE).fill(7))).toBe(1);
  const building = machine.checkpoint();
  const hashes = [machine.hash()];
  expect(guest.load(ENCLAVE + PAGE, new Uint8Array(PAGE).fill(8))).toBe(1);
  guest.initialize(ENCLAVE, ENCLAVE_TYPE_SGX2);
  const running = machine.checkpoint();
  hashes.push(machine.hash());
  const inside = (offset: number) => {
    return process.mainThread.runInEnclave(ENCLAVE, () =>
      process.memory.getUint8(ENCLAVE + offset),
    );
  };
  process.mainThread.runInEnclave(ENCLAVE, () => process.memory.setUint8(ENCLAVE, 9));
  guest.kernel32.VirtualAlloc(ENCLAVE + 2 * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE);
  process.acceptEnclavePage(ENCLAVE + 2 * PAGE);
  expect(inside(0)).toBe(9);
  machine.rewind(running);
  expect(machine.hash()).toBe(hashes[1]);
  expect([inside(0), inside(PAGE)]).toEqual([7, 8]);
  expect(process.enclavePages(ENCLAVE).length).toBe(2);
  machine.rewind(building);
  expect(machine.hash()).toBe(hashes[0]);
  expect(() => inside(0)).toThrow("no initialised enclave");
  process.verifySpace();
});
