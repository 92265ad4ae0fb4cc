import type { AweFragment, AweScript } from "./awe-script.ts";
import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESET,
  MEM_RESET_UNDO,
} from "./memory-picks.ts";
import { BOTH, GRANULE, PAGE } from "./script.ts";

// Scripts about windows, with one at 0 and another at SECOND, and about offers.

const SECOND = 2 * GRANULE;
const WINDOW_PAGES = 4;

/** A page of one of both windows. */
function somePage({ random }: AweScript): number {
  return random.pick([0, SECOND]) + random.below(WINDOW_PAGES) * PAGE;
}

/** 6: frames come and go, and keep their bytes. */
const windows: AweFragment = (script) => {
  const { random } = script;
  script.window(0, WINDOW_PAGES * PAGE);
  if (random.oneIn(2)) script.window(SECOND, WINDOW_PAGES * PAGE);
  script.frame(random.pick([2, 4, 6]));
  script.map(random.below(2) * PAGE, script.someFrames(2));
  for (let i = 0; i < 7; i += 1) {
    const at = somePage(script);
    const kind = random.pick(["map", "map", "scatter", "unmap", "free", "touch", "touch"] as const);
    if (kind === "map") script.map(at, script.someFrames(1 + random.below(3)));
    else if (kind === "scatter") {
      const ats = Array.from({ length: 1 + random.below(3) }, () => somePage(script));
      const frames = ats.map(() => (random.oneIn(3) ? -1 : script.someFrame()));
      script.scatter(ats, random.oneIn(6) ? null : frames);
    } else if (kind === "unmap") script.unmap(at, random.pick([1, 1, 2, WINDOW_PAGES]));
    else if (kind === "free") script.freeFrames([script.someFrame(), script.someFrame()]);
    script.store(at + random.pick([0, 8, 0xffe]), 4);
    script.touch(somePage(script), 4);
  }
  if (random.oneIn(2)) script.freeAll();
  if (random.oneIn(2)) script.release();
  script.load(0, 8);
  if (random.oneIn(2)) script.freeAll();
  script.release(SECOND);
  script.release();
};

/** 6: arguments near what is allowed. */
const windowArguments: AweFragment = (script) => {
  const { picks, random } = script;
  script.window(0, WINDOW_PAGES * PAGE);
  script.allocate(GRANULE, PAGE, BOTH);
  script.frame(random.pick([0, 1, 3]));
  for (let i = 0; i < 5; i += 1) {
    const strange = random.pick(["align", "long", "far", "other", "twice", "null"] as const);
    const [frame, other] = [script.someFrame(), script.someFrame()];
    if (strange === "align") script.map(random.pick([1, 0x800, PAGE + 8]), [frame]);
    else if (strange === "long") script.map((WINDOW_PAGES - 1) * PAGE, [frame, other]);
    else if (strange === "other") script.map(random.pick([GRANULE, 8 * PAGE]), [frame]);
    else if (strange === "twice") script.scatter([0, PAGE], [frame, random.pick([frame, other])]);
    else if (strange === "null") {
      script.unmap(random.pick([0, PAGE, GRANULE]), random.pick([0, 1, 4, 5, 0xfffff]));
    } else {
      const { highestUser } = picks.layout;
      const at = random.pick([highestUser + 1 - PAGE, highestUser + 1]) - script.base;
      script.map(at, [frame, other]);
    }
    script.scatter([random.pick([0, 0x10, GRANULE, SECOND])], [script.someFrame()]);
  }
  script.freeAll();
  script.free(GRANULE, 0, MEM_RELEASE);
  script.release();
};

/** 6, "not allowed", and other services that meet a window. */
const windowServices: AweFragment = (script) => {
  const { random } = script;
  script.window(0, WINDOW_PAGES * PAGE);
  script.frame(3);
  script.map(0, script.someFrames(2));
  script.store(0, 8);
  for (let i = 0; i < 6; i += 1) {
    const at = random.below(3) * PAGE;
    const kind = random.pick([
      "protect",
      "commit",
      "decommit",
      "reset",
      "lock",
      "unlock",
      "watch",
      "transfer",
      "writeProcess",
      "copy",
      "straddle",
      "offer",
      "region",
    ] as const);
    if (kind === "protect") script.protect(at, PAGE, random.pick([0x02, 0x40]));
    else if (kind === "commit") script.allocate(at, PAGE, MEM_COMMIT);
    else if (kind === "decommit") script.free(at, PAGE, MEM_DECOMMIT);
    else if (kind === "reset") script.allocate(at, PAGE, random.pick([MEM_RESET, MEM_RESET_UNDO]));
    else if (kind === "lock" || kind === "unlock") script.lock(kind, at, PAGE);
    else if (kind === "watch") script.getWriteWatch(at, PAGE, 0, 1);
    else if (kind === "transfer") script.transfer(at + 0x10, random.pick([4, PAGE]));
    else if (kind === "writeProcess") script.writeProcess(at + 0xffe, 4);
    else if (kind === "copy") script.copy(at + 0x20, 8, random.pick([0x10, PAGE]));
    else if (kind === "straddle") script.touch(at + 0xffe, 4);
    else if (kind === "region") script.queryRegion(at);
    else script[random.pick(["offer", "reclaim", "discard"] as const)](at, PAGE);
  }
  script.free(0, random.pick([PAGE, 0]), MEM_RELEASE);
  script.freeAll();
  script.release();
};

/** 13: frames are charged, and fewer may be had than are asked. */
const windowCharges: AweFragment = (script) => {
  const { random } = script;
  const other = script.beside();
  other.allocateAnywhere(random.pick([4, 16, 30]) * PAGE, BOTH);
  script.frame(random.pick([8, 40, 130, 130]));
  script.frame(random.pick([1, 40]));
  script.frame(1);
  script.allocate(0, 4 * PAGE, BOTH);
  script.freeAll();
  script.release();
};

/** 6, 17.2#10: frames and windows of another process. */
const otherWindows: AweFragment = (script) => {
  const { random } = script;
  const other = script.beside();
  const handle = () => random.pick(["good", "good", "null", "weak"] as const);
  other.window(0, 2 * PAGE);
  script.frameFor(other, random.pick([1, 2]), "good");
  script.frameFor(other, 1, handle());
  other.map(0, other.someFrames(2));
  other.store(8, 4);
  script.window(0, 2 * PAGE);
  script.map(PAGE, other.someFrames(1));
  script.freeFor(other, [script.someFrame()], handle());
  script.freeFor(other, other.someFrames(random.pick([1, 2])), handle());
  other.touch(8, 4);
  other.freeAll();
  other.release();
  script.release();
};

/** 9, 17.16. */
const offers: AweFragment = (script) => {
  const { random } = script;
  const type = BOTH + (random.oneIn(3) ? 0x200000 : 0);
  script.allocate(0, 6 * PAGE, type, random.pick([0x04, 0x04, 0x04, 0x204, 0x40]));
  for (const at of [0, PAGE + 8, 3 * PAGE]) script.store(at, 4);
  if (random.oneIn(2)) script.lock("lock", random.below(3) * PAGE, PAGE);
  if (random.oneIn(3)) script.allocate(0, random.pick([PAGE, 4 * PAGE]), MEM_RESET);
  script.offer(random.below(2) * PAGE, random.pick([1, 2, 4, 7]) * PAGE, random.pick([4, 1, 4, 5]));
  for (let i = 0; i < 7; i += 1) {
    const at = random.below(5) * PAGE;
    const size = random.pick([1, 1, 2, 3]) * PAGE;
    const kind = random.pick([
      "touch",
      "touch",
      "protect",
      "commit",
      "decommit",
      "reset",
      "undo",
      "lock",
      "unlock",
      "transfer",
      "writeProcess",
      "offer",
      "reclaim",
      "reclaim",
      "discard",
      "odd",
    ] as const);
    if (kind === "touch") script.touch(at + random.pick([0, 8, 0xffe]), 4);
    else if (kind === "protect") script.protect(at, size, random.pick([0x04, 0x02, 0x104]));
    else if (kind === "commit") script.allocate(at, size, MEM_COMMIT);
    else if (kind === "decommit") script.free(at, size, MEM_DECOMMIT);
    else if (kind === "reset") script.allocate(at, size, MEM_RESET);
    else if (kind === "undo") script.allocate(at, size, MEM_RESET_UNDO);
    else if (kind === "lock" || kind === "unlock") script.lock(kind, at, size);
    else if (kind === "transfer") script.transfer(at, random.pick([4, PAGE + 1]));
    else if (kind === "writeProcess") script.writeProcess(at + 0x10, 4);
    else if (kind === "odd") script.reclaim(at + random.pick([0, 1]), random.pick([0, 1, PAGE]));
    else script[kind](at, size);
    if (random.oneIn(2)) script.store(random.below(6) * PAGE + 0x20, 8);
  }
  script.reclaim(0, 6 * PAGE);
  script.load(0, 8);
  script.getWriteWatch(0, 6 * PAGE, random.below(2), 8);
  if (random.oneIn(2)) script.release();
};

/** Discards of views, whose bytes others see. */
const discards: AweFragment = (script) => {
  const { random } = script;
  const kind = random.pick(["pagefile", "file"] as const);
  script.allocate(0, 2 * PAGE, BOTH, random.pick([0x04, 0x02, 0x104]));
  script.store(8, 4);
  script.discard(0, random.pick([PAGE, 2 * PAGE, 3 * PAGE]));
  script.load(0, 8);
  script.discard(random.pick([0, 1, PAGE]), random.pick([0, 1, PAGE]));
  script.release();
  if (random.oneIn(4)) {
    script.adoptView(kind, 2, random.pick([0x04, 0x08]));
    script.store(8, 4);
    script.discard(0, 2 * PAGE);
    script.offer(0, PAGE);
    script.load(8, 4);
    script.push({ op: "unmapView", ...script.call, address: script.base });
  }
};

export const AWE_FRAGMENTS: readonly AweFragment[] = [
  windows,
  windows,
  windows,
  windowArguments,
  windowServices,
  windowServices,
  windowCharges,
  otherWindows,
  offers,
  offers,
  offers,
  discards,
];
