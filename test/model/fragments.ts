import { AweScript } from "./awe-script.ts";
import { AWE_FRAGMENTS } from "./fragments-awe.ts";
import {
  charges,
  edges,
  locks,
  neighbours,
  placements,
  pointers,
  specialRegions,
  transfers,
  types,
  views,
} from "./fragments-calls.ts";
import {
  caching,
  guards,
  overlaps,
  protections,
  recycles,
  resets,
  splits,
  straddles,
  viewGuards,
  watches,
} from "./fragments-pages.ts";
import { PLACEHOLDER_FRAGMENTS } from "./fragments-placeholders.ts";
import { SECTION_FRAGMENTS } from "./fragments-sections.ts";
import type { Picks } from "./picks.ts";
import { PlaceholderScript } from "./placeholder-script.ts";
import type { Step, Who } from "./program.ts";
import { type Fragment, GRANULE, Script } from "./script.ts";
import { SectionScript } from "./section-script.ts";

/**
 * Where scripts work, above the arena of the random steps; views cannot be freed, so they have a
 * place each.
 */
const STAGE = 0x200000;
const STAGES = 3;
const VIEW_STAGE = 0x300000;
const VIEW_STAGES = 16;

/** Short scripts for what single random steps would find too seldom. */
export function fragmentSteps(picks: Picks, by: Who): Step[] {
  const { random } = picks;
  const fragment = random.pick(FRAGMENTS);
  const base = STAGE + random.below(STAGES) * GRANULE;
  const viewBase = VIEW_STAGE + random.below(VIEW_STAGES) * GRANULE;
  const script = new Script(picks, by, VIEW_FRAGMENTS.includes(fragment) ? viewBase : base);
  fragment(script);
  return script.steps;
}

/** Above the views that stay, and large pages. */
const SECTION_STAGE = 0x800000;

/** The same for sections; what they map they unmap. */
export function sectionSteps(picks: Picks, by: Who): Step[] {
  const base = SECTION_STAGE + picks.random.below(STAGES) * 4 * GRANULE;
  const script = new SectionScript(picks, by, base);
  picks.random.pick(SECTION_FRAGMENTS)(script);
  return script.steps;
}

/** The same for placeholders. */
export function placeholderSteps(picks: Picks, by: Who): Step[] {
  const base = SECTION_STAGE + picks.random.below(STAGES) * 4 * GRANULE;
  const script = new PlaceholderScript(picks, by, base);
  picks.random.pick(PLACEHOLDER_FRAGMENTS)(script);
  return script.steps;
}

/** Above those of sections. */
const AWE_STAGE = 0x900000;

/** The same for windows and offers. */
export function aweSteps(picks: Picks, by: Who): Step[] {
  const base = AWE_STAGE + picks.random.below(STAGES) * 4 * GRANULE;
  const script = new AweScript(picks, by, base);
  picks.random.pick(AWE_FRAGMENTS)(script);
  return script.steps;
}

const VIEW_FRAGMENTS: readonly Fragment[] = [viewGuards, views];

/** Those that stand twice have the most cases to find. */
const FRAGMENTS: readonly Fragment[] = [
  protections,
  protections,
  guards,
  straddles,
  watches,
  recycles,
  caching,
  splits,
  resets,
  types,
  placements,
  neighbours,
  charges,
  edges,
  locks,
  overlaps,
  pointers,
  transfers,
  specialRegions,
  ...VIEW_FRAGMENTS,
];
