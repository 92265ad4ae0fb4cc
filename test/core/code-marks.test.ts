import { describe, expect, test } from "vitest";
import {
  FILE_MAP_ALL_ACCESS,
  FILE_MAP_COPY,
  INVALID_HANDLE_VALUE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RESERVE,
  MEM_RESET,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { AccessEmitter, generatedCode, type StoreType } from "../../src/emitter.ts";
import { PageFault, type Process } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { accessModule, IMPORTED, STORE_TYPES } from "../emitter/module.ts";
import { createMachine } from "../setup/machine.ts";
import { pick, randomFrom } from "../unit/random.ts";
import { Marked, type Page, shown } from "./marked.ts";

const PAGE = 0x1000;
const STEPS = Number(process.env.STEPS ?? 2000);
const SEED = Number(process.env.SEED ?? 1);
const SELF = -1;
const COMMIT = MEM_RESERVE | MEM_COMMIT;
const WIDTHS: Record<StoreType, number> = { u8: 1, u16: 2, u32: 4, u64: 8, f32: 4, f64: 8 };
const PROTECTIONS = [PAGE_READWRITE, PAGE_READWRITE, PAGE_READWRITE, PAGE_READONLY];
const GUARDED = PAGE_READWRITE | PAGE_GUARD;

/** Private pages, two views of a section and one that copies on write; the other has a view too. */
async function scene(space: "windowed" | "translated") {
  const machine = await createMachine({ profile: "win32", resetEffect: "zero" });
  const guest = machine.createProcess({ space });
  const other = machine.createProcess({ space: "translated" });
  const [own, foreign] = [kernel32(guest), kernel32(other)];
  const name = "code";
  const file = INVALID_HANDLE_VALUE;
  const section = own.CreateFileMapping(file, null, PAGE_READWRITE, 0, 4 * PAGE, name);
  const there = foreign.OpenFileMapping(FILE_MAP_ALL_ACCESS, 0, name);
  const bases: [Process, number, number][] = [
    [guest, own.VirtualAlloc(0, 8 * PAGE, COMMIT, PAGE_READWRITE), 8],
    [guest, own.MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0), 4],
    [guest, own.MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0), 4],
    [guest, own.MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0), 4],
    [other, foreign.MapViewOfFile(there, FILE_MAP_ALL_ACCESS, 0, 0, 0), 4],
    [other, foreign.VirtualAlloc(0, 2 * PAGE, COMMIT, PAGE_READWRITE), 2],
  ];
  const pages: Page[] = bases.flatMap(([process, base, count]) => {
    expect(base).not.toBe(0);
    const addresses = Array.from({ length: count }, (_, page) => base + page * PAGE);
    return addresses.map((address) => ({ guest: process, address }));
  });
  return { machine, guest, other, pages, privateBase: bases[0]?.[1] ?? 0 };
}

/** What a fault ends is done up to there. */
function untilFault(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof PageFault)) throw error;
  }
}

describe.each(["windowed", "translated"] as const)("marks of code, %s", (space) => {
  test("a page is told of once, with the first change of its bytes", async () => {
    const { guest, other, pages } = await scene(space);
    const random = randomFrom(SEED);
    const model = new Marked(pages);
    const code = generatedCode(guest);
    const emitter = new AccessEmitter(code, { slow: "call", ...IMPORTED });
    const accesses = accessModule(emitter, code.imports, code.pointerBytes);
    const near = (page: Page) => {
      const inside = pick([0, random(PAGE), PAGE - 1, PAGE - 3, PAGE - 7], random);
      return page.address + inside;
    };
    /** Bytes that differ from those that are there, in each place. */
    const others = (page: Page, address: number, length: number) => {
      const { bytes } = page.guest.debugView.read(address, length);
      return new Uint8Array(length).map((_, index) => (bytes[index] ?? 0) ^ (1 + random(255)));
    };
    let lost = 0;
    const actions: ((page: Page) => void)[] = [
      (page) => {
        const type = pick(STORE_TYPES, random);
        const address = near(page);
        const bits = new DataView(others(page, address, 8).buffer);
        const number = bits.getUint32(0, true);
        model.step("access", "other", () => {
          untilFault(() => {
            if (WIDTHS[type] === 8)
              page.guest.memory.setBigUint64(address, bits.getBigUint64(0, true));
            else if (page.guest === other) page.guest.memory.setUint32(address, number);
            else {
              const narrow = type.startsWith("f") ? "u32" : type;
              code.enter();
              accesses.store(narrow, address | 0, number | 0);
            }
          });
        });
      },
      (page) => {
        const address = near(page);
        const bytes = others(page, address, 1 + random(2 * PAGE));
        model.step("access", "other", () =>
          untilFault(() => page.guest.memory.write(address, bytes)),
        );
      },
      (page) => {
        const [address, value, length] = [near(page), random(256), 1 + random(2 * PAGE)];
        model.step("access", "equal", () =>
          untilFault(() => page.guest.memory.fill(address, value, length)),
        );
      },
      (page) => {
        const [address, length] = [near(page), 1 + random(2 * PAGE)];
        const source = random(2) === 0 ? address - random(PAGE) : near(pick(pages, random));
        model.step("access", "equal", () => {
          untilFault(() => page.guest.memory.copy(address, source, length));
        });
      },
      (page) => {
        const address = near(page);
        const bytes = others(page, address, 1 + random(100));
        model.step("service", "other", () => {
          kernel32(page.guest).WriteProcessMemory(SELF, address, bytes, bytes.length);
        });
      },
      (page) => {
        const address = near(page);
        model.step("service", "equal", () => {
          const source = pick(pages, random).address;
          kernel32(page.guest).ReadProcessMemory(SELF, source, address, 1 + random(PAGE));
        });
      },
      (page) => {
        const address = near(page);
        const bytes = others(page, address, 1 + random(100));
        model.step("service", "other", () => page.guest.debugView.write(address, bytes));
      },
      (page) => {
        const address = near(page);
        const bytes = others(page, address, 1 + random(100));
        model.step("service", "equal", () => page.guest.system.copyOut(address, bytes));
      },
      (page) => {
        const type = pick([MEM_DECOMMIT, MEM_COMMIT], random);
        model.step("service", "equal", () => {
          const { VirtualAlloc, VirtualFree } = kernel32(page.guest);
          if (type === MEM_DECOMMIT) VirtualFree(page.address, PAGE, MEM_DECOMMIT);
          else VirtualAlloc(page.address, PAGE, MEM_COMMIT, PAGE_READWRITE);
        });
      },
      (page) => {
        const { VirtualAlloc } = kernel32(page.guest);
        model.step("service", "equal", () =>
          VirtualAlloc(page.address, PAGE, MEM_RESET, PAGE_READWRITE),
        );
      },
      (page) => {
        model.step("service", "equal", () =>
          kernel32(page.guest).DiscardVirtualMemory(page.address, PAGE),
        );
      },
      (page) => {
        const protect = pick([...PROTECTIONS, GUARDED, PAGE_EXECUTE_READ], random);
        model.step("service", "other", () => {
          kernel32(page.guest).VirtualProtect(page.address, PAGE, protect, { value: 0 });
        });
      },
    ];
    const weights = [6, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2];
    const weighted = actions.flatMap((action, index) => Array(weights[index]).fill(action));
    for (let step = 0; step < STEPS; step++) {
      const page = pick(pages, random);
      try {
        if (random(2) === 0 && shown(page).length !== 0) model.mark(page);
        if (random(30) === 0) model.forget(page);
        if (random(50) === 0) page.guest.forgetMaps();
        const before = model.count;
        pick(weighted, random)(pick(pages, random));
        lost += before - model.count;
        if (step % 100 === 0) for (const each of [guest, other]) each.verifySpace();
      } catch (error) {
        throw new Error(`seed ${SEED}, step ${step}`, { cause: error });
      }
    }
    for (const each of [guest, other]) each.verifySpace();
    expect(lost).toBeGreaterThan(STEPS / 5);
  });
});
