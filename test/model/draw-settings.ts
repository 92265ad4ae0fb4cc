import { isWide, type ModelProfile, type ModelSettings } from "../../src/model/settings.ts";
import type { SpaceKind } from "./program.ts";
import type { Random } from "./random.ts";

export function drawSettings(random: Random, profile: ModelProfile): Partial<ModelSettings> {
  const settings: Partial<ModelSettings> = { profile };
  if (!isWide(profile) && random.oneIn(4)) settings.wow64 = random.oneIn(2);
  if (random.oneIn(4)) settings.statusStyle = "plain";
  if (random.oneIn(4)) settings.guardOrder = "guard-first";
  if (random.oneIn(4)) settings.dep = false;
  if (random.oneIn(5)) settings.executeOnlyReadable = false;
  if (random.oneIn(4)) settings.resetEffect = random.pick(["zero", { seed: random.bits() }]);
  if (random.oneIn(6)) settings.placement = { seed: random.bits() };
  if (random.oneIn(6)) settings.autoReserveOnCommit = true;
  if (random.oneIn(2)) settings.lockMemoryPrivilege = true;
  if (random.oneIn(6)) settings.strictPhysical = true;
  if (random.oneIn(4)) settings.regionFlags = "zero";
  if (random.oneIn(3)) settings.commitLimit = 20 + random.below(100);
  if (random.oneIn(2)) settings.workingSetMin = 10 + random.below(8);
  return settings;
}

export function drawSpaces(random: Random): [SpaceKind, SpaceKind] {
  return random.pick([
    ["windowed", "translated"],
    ["translated", "windowed"],
    ["translated", "translated"],
  ]);
}
