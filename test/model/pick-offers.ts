import type { Picks } from "./picks.ts";
import type { Step, Who } from "./program.ts";

const PAGE = 0x1000;

/** An offer, a reclaim or a discard, most often of whole pages that are committed. */
export function randomOffer(picks: Picks, by: Who): Step {
  const { random } = picks;
  const op = random.pick(["offer", "offer", "reclaim", "reclaim", "discard"] as const);
  const { base, size } = picks.committedRange(by);
  const whole = !random.oneIn(12);
  const address = whole ? Math.floor(base / PAGE) * PAGE : base;
  const bytes = whole ? Math.ceil(size / PAGE) * PAGE : size;
  if (op !== "offer") return { op, by, address, size: bytes };
  return { op, by, address, size: bytes, priority: random.oneIn(12) ? 0 : 1 + random.below(5) };
}
