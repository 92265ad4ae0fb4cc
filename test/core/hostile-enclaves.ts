import { CONTEXT, type CoreExports } from "../../src/wasm/exports.ts";
import { pick } from "../unit/random.ts";

/** What calls about enclaves and call targets are made of. */
export interface EnclaveArguments {
  readonly context: number;
  readonly random: (below: number) => number;
  readonly address: () => number;
  readonly size: () => number;
  readonly pointer: () => number;
  readonly space: () => number;
  /** The number of the space that the context is in. */
  readonly own: () => number;
}

const ENCLAVE = 0x4000000;
const STEP = 0x200000;
const CODE = 0x3000000;
const TYPES = [1, 2, 0x10, 1, 2, 3, 0];
const PROTECTIONS = [4, 0x40, 2, 0x20, 0x20000004, 0x80000004 | 0, 1, 0x104, 0x8];

/** Calls of the core by name. Some enclaves come to life among them, and are used. */
export function enclaveCalls(core: CoreExports, given: EnclaveArguments) {
  const { context: c, random, address, size, pointer, own } = given;
  const space = () => (given.random(4) === 0 ? given.space() : own());
  const one = <T>(list: readonly T[]) => pick(list, random);
  const base = () => ENCLAVE + random(3) * STEP;
  const near = () => (random(4) === 0 ? address() : base() + random(6) * 0x1000);
  const pages = () => one([0x1000, 0x1000, 0x2000, 0x200000, size()]);
  return {
    /** Something that works, for the others to disturb. */
    enclaveMake: () => {
      const type = one([1, 2, 0x10]);
      const at = base();
      for (let thread = 0; thread < 4; thread++) core.enclaveLeaveF64(c, at);
      core.freeF64(c, own(), -1, at, -1, 0, 0x8000);
      core.machineSetEnclaves(0x13);
      core.enclaveCreateF64(c, own(), at, STEP, 0, type, -1, type === 0x10 ? 36 : 4096, 0);
      core.enclaveLoadF64(c, own(), at, -1, 0x3000, 0x20000040, 0, 0, 0);
      core.enclaveInitializeF64(c, own(), at, -1, type === 0x10 ? 8 : 4096, 0);
      core.allocateF64(c, own(), -1, at + 0x4000, 0, -1, 0x2000, 0x1000, 4);
      core.enclaveEnterF64(c, at);
    },
    targetsMake: () => {
      core.spaceGuardFlow(own());
      core.allocateF64(c, own(), -1, CODE, 0, -1, 0x8000, 0x3000, one([0x40, 0x40000040]));
      core.protectF64(c, own(), -1, CODE, -1, pages(), one([0x40, 0x40000020, 4]), -1);
    },
    enclaveTypes: () => core.machineSetEnclaves(one([0x13, 0x13, 0x13, 0x2])),
    enclaveSupported: () => core.enclaveSupported(one(TYPES)),
    enclaveCreate: () =>
      core.enclaveCreateF64(
        c,
        space(),
        one([0, base(), base(), address()]),
        one([STEP, STEP, 0x10000, 3 * STEP, size()]),
        one([0, 0x1000, -1]),
        one(TYPES),
        pointer(),
        one([4096, 4096, 36, 8]),
        pointer(),
      ),
    enclaveLoad: () =>
      core.enclaveLoadF64(
        c,
        space(),
        near(),
        one([-1, address()]),
        pages(),
        one(PROTECTIONS),
        one([0, 0, 0, 5]),
        pointer(),
        pointer(),
      ),
    enclaveInitialize: () =>
      random(4) === 0 &&
      core.enclaveInitializeF64(c, space(), near(), pointer(), one([4096, 8]), pointer()),
    enclaveDelete: () => random(8) === 0 && core.enclaveDeleteF64(c, near()),
    enclaveTerminate: () => random(8) === 0 && core.enclaveTerminateF64(c, near()),
    enclaveCall: () => core.enclaveCallF64(c, near()),
    enclaveEnter: () => core.enclaveEnterF64(c, one([base(), near()])),
    enclaveLeave: () => core.enclaveLeaveF64(c, one([base(), near()])),
    enclaveInside: () => core.enclaveInsideF64(c, one([0, base(), near()])),
    enclaveAccept: () => core.enclaveAcceptF64(c, near()),
    enclavePageNext: () => core.enclavePageNextF64(c, near(), near()),
    enclaveCommit: () =>
      core.allocateF64(c, space(), -1, near(), 0, -1, pages(), 0x1000, one(PROTECTIONS)),
    enclaveFree: () =>
      core.freeF64(
        c,
        space(),
        -1,
        near(),
        -1,
        one([0, pages()]),
        one([0x4000, 0x4000, 0x8000, 0x8002]),
      ),
    enclaveProtect: () =>
      core.protectF64(c, space(), -1, near(), -1, pages(), one(PROTECTIONS), -1),
    enclaveTouch: () => {
      core.loadU32F64(c, near());
      core.storeU32F64(c, near(), 5);
      core.copyF64(c, near(), near(), pages());
      core.fetchF64(c, near(), 15);
    },
    enclaveServices: () => {
      core.lockF64(c, space(), -1, near(), -1, pages(), 1);
      core.readVirtualF64(c, space(), near(), pointer(), 100, pointer());
      core.writeProcessF64(c, space(), near(), pointer(), 100, pointer());
      core.pokeF64(space(), near());
    },
    targetsSet: () => {
      const area = new DataView(core.memory.buffer, c + CONTEXT.transfer);
      for (let entry = 0; entry < 8; entry++) {
        area.setBigUint64(
          entry * 16,
          BigInt(entry * 0x210 + (random(30) === 0 ? 0x1000 : 0)),
          true,
        );
        area.setBigUint64(entry * 16 + 8, BigInt(random(40) === 0 ? 7 : random(2)), true);
      }
      const at = CODE + random(8) * 0x1000;
      const holder = space();
      return core.targetsSetF64(
        c,
        one([holder, holder, space()]),
        holder,
        one([at, at, at, address()]),
        one([0x1000, 0x1000, pages()]),
        one([1, 8, 8, 8, 5000, -1]),
        one([-1, -1, -1, address()]),
        one([0, 0, 0, 0x10, -1]),
      );
    },
    targetValid: () => core.targetValidF64(c, one([address(), CODE + random(0x8000)])),
  };
}
