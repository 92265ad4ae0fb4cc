import { beforeAll, describe, expect, test } from "vitest";
import { Machine, MemoryPageStore, type Snapshot, SnapshotRefused } from "../../src/index.ts";
import { CoreSubject } from "../model/core-subject.ts";
import { generate } from "../model/generator.ts";
import { Random } from "../model/random.ts";
import { type Bytes, changedBlindly, expectSound, joined } from "../setup/damage.ts";
import { coreModule, createMachine } from "../setup/machine.ts";
import { bodyHash, HEADER_BYTES, sealed } from "../setup/snapshot-hash.ts";

/** `SEED=9 STEPS=100000 npx vitest run test/snapshot/damage.test.ts` tries others. */
const firstSeed = Number(process.env.SEED ?? 1);
const mutations = Number(process.env.STEPS ?? 6_000);
const PROGRAM_STEPS = 80;
const PROGRAMS = 8;
const PAGE_BYTES = 0x1000;
const MILLISECONDS_PER_MUTATION = 20;

let snapshots: Snapshot[];

/** States that have a bit of everything, small enough to be restored thousands of times. */
beforeAll(async () => {
  snapshots = [];
  for (let seed = firstSeed; seed < firstSeed + PROGRAMS; seed += 1) {
    const isWide = seed % 2 === 0;
    const program = generate(seed, {
      length: PROGRAM_STEPS,
      settings: { profile: isWide ? "win64" : "win32" },
      spaces: [isWide ? "translated" : "windowed", "translated"],
      stacks: 3,
      forks: 6,
    });
    const pageStore = new MemoryPageStore();
    const more = isWide ? { physicalPages: 24, pageStore } : {};
    const machine = await createMachine({ ...program.settings, version: "win10", ...more });
    const subject = CoreSubject.on(machine, program);
    for (const step of program.steps) subject.apply(step);
    snapshots.push(machine.snapshot());
  }
});

function restore(bytes: Uint8Array, hasStore: boolean): Promise<Machine> {
  const attach = hasStore ? { pageStore: new MemoryPageStore() } : {};
  // Translated: a window for each of thousands of machines is a lot of address space.
  return Machine.restore(bytes, { attach, space: "translated", module: coreModule() });
}

interface Place {
  readonly at: number;
  readonly type: number;
  readonly bytes: number;
}

function placesOf(bytes: Uint8Array): Place[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places: Place[] = [];
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const length = view.getUint32(at + 4, true) + 8;
    places.push({ at, type: view.getUint32(at, true), bytes: length });
    at += length;
  }
  return places;
}

const NUMBERS = [0n, 1n, 2n, 0xfffn, 0x1000n, 0xffff_ffffn, 2n ** 47n, 2n ** 63n, 2n ** 64n - 1n];

/** Changes that know what a record is: the bytes look right, and the hash is made right. */
const STRUCTURED: readonly ((bytes: Bytes, random: Random) => Bytes)[] = [
  // A field gets another number.
  (bytes, random) => {
    const places = placesOf(bytes).filter(({ type }) => type !== 1);
    const { at, bytes: length } = random.pick(places);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const field = at + 8 + 8 * random.below(Math.min(length - 8, 64) / 8);
    const old = view.getBigUint64(field, true);
    const near = [old + 1n, old - 1n, old ^ 0x1000n, old << 12n, old >> 12n];
    view.setBigUint64(field, BigInt.asUintN(64, random.pick([...NUMBERS, ...near])), true);
    return bytes;
  },
  // One half of a field.
  (bytes, random) => {
    const places = placesOf(bytes).filter(({ type }) => type !== 1);
    const { at, bytes: length } = random.pick(places);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const field = at + 8 + 4 * random.below(Math.min(length - 8, 64) / 4);
    view.setUint32(field, random.pick([0, 1, 2, 3, 7, 0xffff_ffff, 1 << random.below(31)]), true);
    return bytes;
  },
  // A record is left out, twice there, or in another place.
  (bytes, random) => {
    const places = placesOf(bytes);
    const pieces = places.map(({ at, bytes: length }) => bytes.slice(at, at + length));
    const from = random.below(pieces.length);
    const [piece] = pieces.splice(from, 1);
    const copies = random.below(3);
    for (let copy = 0; copy < copies; copy++) {
      pieces.splice(random.below(pieces.length + 1), 0, piece as Bytes);
    }
    return joined([bytes.slice(0, HEADER_BYTES), ...pieces]);
  },
  // A record becomes one of another type, or of another length.
  (bytes, random) => {
    const { at } = random.pick(placesOf(bytes));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    view.setUint32(at + 4 * random.below(2), 8 * random.below(20), true);
    return bytes;
  },
  // What the host knew has another number or word in it.
  (bytes, random) => {
    const [host] = placesOf(bytes);
    if (host === undefined) throw new Error("no record");
    const text = new TextDecoder().decode(bytes.subarray(host.at + 8, host.at + host.bytes));
    const numbers = [...text.matchAll(/\d+|true|false|null|"\w*"/g)];
    const { index, 0: old } = random.pick(numbers);
    const value = random.pick(["0", "1", "-1", "4096", "1e9", "null", "true", '"x"', "[]", "{}"]);
    const changed = (text.slice(0, index) + value + text.slice(index + old.length)).trimEnd();
    const fields = new TextEncoder().encode(changed.padEnd(Math.ceil(changed.length / 8) * 8));
    const head = new Uint32Array([1, fields.length]);
    const rest = bytes.slice(host.at + host.bytes);
    return joined([bytes.slice(0, HEADER_BYTES), new Uint8Array(head.buffer), fields, rest]);
  },
];

/** Refused, or a machine whose maps agree. What it came to. */
async function attempt(bytes: Uint8Array, hasStore: boolean): Promise<"refused" | "restored"> {
  let machine: Machine;
  try {
    machine = await restore(bytes, hasStore);
  } catch (error) {
    // That a page store is missing, or a file, is the host's to put right.
    const isAsked = error instanceof TypeError && error.message.startsWith("attach.");
    const isOverdone = error instanceof RangeError && error.message.startsWith("attach.");
    if (error instanceof SnapshotRefused || isAsked || isOverdone) return "refused";
    throw error;
  }
  expectSound(machine);
  return "restored";
}

describe("a snapshot that was changed", () => {
  const timeout = 60_000 + mutations * MILLISECONDS_PER_MUTATION;

  test(`${mutations} changes are refused, or give a sound machine`, { timeout }, async () => {
    const outcomes = { refused: 0, restored: 0 };
    for (let seed = firstSeed; seed < firstSeed + mutations; seed += 1) {
      const random = new Random(seed);
      const index = random.below(snapshots.length);
      const original = snapshots[index] as Snapshot;
      const isBlind = seed % 2 === 0;
      const changed = isBlind
        ? changedBlindly(original, random)
        : sealed(random.pick(STRUCTURED)(new Uint8Array(original), random));
      const isSame =
        changed.length === original.length && original.every((b, i) => b === changed[i]);
      const outcome = await attempt(changed, (index + firstSeed) % 2 === 0);
      if (isBlind && !isSame) expect(outcome, `seed ${seed}`).toBe("refused");
      outcomes[outcome]++;
    }
    // Some of the structured ones are states like any other: another last error, another byte.
    expect(outcomes.restored).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(mutations / 2);
  });

  test("is refused with the reason", async () => {
    const [original] = snapshots as [Snapshot];
    const bytes = () => new Uint8Array(original);
    const refusals: [RegExp, Uint8Array][] = [
      [/not a snapshot/, new Uint8Array(100)],
      [/not a snapshot/, new Uint8Array(0)],
      [/cut off/, bytes().slice(0, 20)],
      [/of version 2, and this reads 1/, bytes().fill(2, 8, 9)],
      [/bytes of state where/, bytes().slice(0, -8)],
      [/damaged: the hash of its bytes is [0-9a-f]{16}/, bytes().fill(0xff, -1)],
    ];
    for (const [reason, damaged] of refusals) {
      const restored = restore(damaged, firstSeed % 2 === 0);
      await expect(restored).rejects.toThrow(SnapshotRefused);
      await expect(restored).rejects.toThrow(reason);
    }
  });

  test("a page too many is found", async () => {
    const [original] = snapshots as [Snapshot];
    const page = new Uint8Array(8 + 8 + PAGE_BYTES);
    new DataView(page.buffer).setUint32(0, 11, true);
    new DataView(page.buffer).setUint32(4, 8 + PAGE_BYTES, true);
    const longer = sealed(joined([original, page]));
    await expect(restore(longer, firstSeed % 2 === 0)).rejects.toThrow(/byte \d+ of the snapshot/);
  });
});

test("the hash is XXH64 of everything behind the header", async () => {
  for (const snapshot of snapshots) {
    const view = new DataView(snapshot.buffer);
    expect(view.getBigUint64(24, true)).toBe(bodyHash(snapshot));
  }
});
