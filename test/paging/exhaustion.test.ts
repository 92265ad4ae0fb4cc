import { afterAll, describe, expect, test } from "vitest";
import type { Machine } from "../../src/index.ts";
import { coreWithRoom } from "../host/patched-core.ts";
import { innerScenarios, type Scenario, scenarios } from "./failure-scenarios.ts";
import { answerOf, World } from "./failure-world.ts";

const PLACE = { profile: "win64", space: "translated" } as const;
const BLOCK_BYTES = 0x10000;
const MEMORY_BLOCKS = 1024;
/** Room that a failed call may have used, far behind what is used next. */
const POOLS = 0x400;
const POOL_BYTES = 32;
const POOL_COUNT = 5;
const ARENA = 0x500;

const module = coreWithRoom(MEMORY_BLOCKS);

/**
 * The record of the arena, and those of the pools (assembly/base/arena.ts, pool.ts): written from
 * outside, so that the core needs nothing to be tested by.
 */
class CoreMemory {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  #words(linear: number, count: number): Uint32Array {
    const { buffer, byteOffset } = this.#machine.core.view.bytes(linear, 4 * count);
    return new Uint32Array(buffer, byteOffset, count);
  }

  /** Where the arena goes on, and how far it is grown. */
  get arena(): readonly [number, number] {
    const [top = 0, end = 0] = this.#words(ARENA, 2);
    return [top, end];
  }

  set arena(fields: readonly [number, number]) {
    this.#words(ARENA, 2).set(fields);
  }

  /** Every pool has to ask the arena for its next record. */
  emptyPools(): void {
    for (let pool = 0; pool < POOL_COUNT; pool++) {
      // free, fresh, end, ready; what is live stays live.
      this.#words(POOLS + pool * POOL_BYTES, 4).fill(0);
    }
  }

  /** So many blocks can be had, and then no more. */
  limit(blocks: number): void {
    const top = (MEMORY_BLOCKS - blocks) * BLOCK_BYTES;
    this.arena = [top, top];
  }
}

async function start({ prepare }: Scenario) {
  const world = await World.create(PLACE, { module });
  prepare?.(world);
  const memory = new CoreMemory(world.guest.machine);
  memory.emptyPools();
  return { world, memory };
}

/** Answer and state without a limit, and how many blocks the call takes. */
async function dryRun(scenario: Scenario) {
  const { world, memory } = await start(scenario);
  const [before] = memory.arena;
  const answer = answerOf(() => scenario.call(world));
  const [after] = memory.arena;
  return { answer, blocks: Math.ceil((after - before) / BLOCK_BYTES), state: world.state() };
}

describe("every call for memory inside the core is made to fail", () => {
  let failures = 0;

  test.each([...scenarios, ...innerScenarios])("$name", async (scenario) => {
    const { call, errors, name } = scenario;
    const dry = await dryRun(scenario);
    expect(dry.blocks).toBeGreaterThan(0);
    for (let blocks = 0; blocks < dry.blocks; blocks++) {
      const { world, memory } = await start(scenario);
      const { arena } = memory;
      memory.limit(blocks);
      const first = answerOf(() => call(world));
      world.guest.process.verifySpace();
      memory.arena = arena;
      if (first !== dry.answer) {
        failures++;
        expect(errors, `${name}: error with ${blocks} blocks`).toContain(first);
        expect(
          answerOf(() => call(world)),
          `${name}: again`,
        ).toBe(dry.answer);
      }
      expect(world.state(), `${name}: state after ${blocks} blocks`).toEqual(dry.state);
    }
  });

  afterAll(() => {
    console.log(`${failures} calls failed for want of memory inside the core`);
    expect(failures).toBeGreaterThan(0);
  });
});
