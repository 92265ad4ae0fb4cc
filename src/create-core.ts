import { type Settings, seedOf, switchesOf } from "./options.ts";
import { profileNumber, versionNumber } from "./profile.ts";
import { FIRST_CONTEXT, sharedMemory } from "./wasm/agent.ts";
import { Core } from "./wasm/core.ts";
import { Switch } from "./wasm/exports.ts";
import { instantiate, instantiateShared } from "./wasm/load.ts";

/**
 * A core as the settings want it; without a window where memory does not suffice for one.
 *
 * @param store the switch of the page store, or 0
 * @param threads whether its memory is shared
 * @throws Error where there is no memory for it
 */
export async function createCore(
  module: WebAssembly.Module,
  settings: Settings,
  store: number,
  threads: boolean,
): Promise<Core> {
  const make = (more: number) => coreWith(module, settings, more, threads);
  const core =
    (settings.window ? await make(Switch.Window | store) : undefined) ?? (await make(store));
  if (core === undefined) throw new Error("no memory for the tables of a machine");
  return core;
}

/** Undefined where memory does not suffice. */
async function coreWith(
  module: WebAssembly.Module,
  settings: Settings,
  more: number,
  threads: boolean,
): Promise<Core | undefined> {
  const shared = threads ? FIRST_CONTEXT : undefined;
  const exports =
    shared === undefined
      ? await instantiate(module)
      : await instantiateShared(module, sharedMemory(), shared);
  const coreSettings = {
    profile: profileNumber(settings.profile),
    version: versionNumber(settings.version, settings.windows95),
    switches: switchesOf(settings) | more,
    commitLimitPages: settings.commitLimit,
    physicalPages: settings.physicalPages,
    placementSeed: seedOf(settings.placement),
    resetSeed: seedOf(settings.resetEffect),
  };
  return Core.create(exports, coreSettings, shared);
}
