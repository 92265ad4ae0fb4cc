import { expect, test } from "vitest";
import type { Machine, MachineOptions, ProfileName } from "../../../src/index.ts";
import { createMachine } from "../../setup/machine.ts";
import { expectRestored } from "../../setup/round-trip.ts";
import { rules } from "../rules.ts";
import { type ProcessOptions, Scene } from "./scene.ts";

/** Profile and kind of space in which a case runs. */
export type Place = `${ProfileName} ${"translated" | "windowed"}`;

export const EVERYWHERE: readonly Place[] = ["win64 translated", "win32 windowed"];
export const ON_WIN64: readonly Place[] = ["win64 translated"];
export const ON_WIN32: readonly Place[] = ["win32 translated", "win32 windowed"];
export const ON_WIN9X: readonly Place[] = ["win9x translated", "win9x windowed"];

export interface RuleOptions {
  /** Default: everywhere. */
  on?: readonly Place[];
  machine?: Omit<MachineOptions, "profile">;
  process?: ProcessOptions;
}

const known = new Set(rules.map(({ id }) => id));
const machines = new Map<string, Promise<Machine>>();

/**
 * One machine for each profile and set of switches in a file: making one costs milliseconds and
 * address space.
 */
function machineFor(options: MachineOptions): Promise<Machine> {
  const key = JSON.stringify(options);
  let machine = machines.get(key);
  if (machine === undefined) {
    machine = createMachine(options).then(withCommonMemory);
    machines.set(key, machine);
  }
  return machine;
}

/** What all processes see (14.1, 14.3) comes with the first one, and stays. */
function withCommonMemory(machine: Machine): Machine {
  machine.createProcess().exit();
  return machine;
}

function forget(options: MachineOptions): void {
  machines.delete(JSON.stringify(options));
}

/**
 * Declares one case of the rule `id`, in each place. Whatever the case does, frames, records and
 * charge are back at their start when its processes have ended, and the maps of each process agree
 * before; and the state that the case ends in can be saved and restored.
 */
export function rule(
  id: string,
  title: string,
  body: (scene: Scene) => void,
  options: RuleOptions = {},
): void {
  if (!known.has(id)) throw new RangeError(`no rule ${id}`);
  cases(`${id} ${title}`, body, options);
}

/** As `rule`, of something that is no rule. */
export function cases(
  title: string,
  body: (scene: Scene) => void,
  { on = EVERYWHERE, machine: switches = {}, process = {} }: RuleOptions = {},
): void {
  for (const place of on) {
    const [profile, space] = place.split(" ") as [ProfileName, "windowed" | "translated"];
    const options = { ...switches, profile };
    test(`${title} [${place}]`, async () => {
      const machine = await machineFor(options);
      try {
        await runCase(machine, { ...process, space }, body);
      } finally {
        if (machine.poisoned) forget(options);
      }
    });
  }
}

async function runCase(
  machine: Machine,
  options: ProcessOptions,
  body: (scene: Scene) => void,
): Promise<void> {
  const before = used(machine);
  const scene = new Scene(machine, options);
  try {
    body(scene);
    if (!machine.poisoned) await expectRestored(machine);
    scene.end();
  } catch (error) {
    if (!machine.poisoned) scene.abandon();
    throw error;
  }
  expect(used(machine), "left behind").toEqual(before);
}

function used(machine: Machine) {
  const { commitCharge, frames, records } = machine.counters;
  return { commitCharge, frames, records };
}
