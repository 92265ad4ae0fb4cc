import { MEM_COMMIT, MEM_DECOMMIT, MEM_RELEASE, MEM_RESERVE } from "./memory-picks.ts";
import type { Picks } from "./picks.ts";
import type { Step, Who } from "./program.ts";
import { PAGE } from "./script.ts";
import { type StackFragment, StackScript } from "./stack-script.ts";

// Scripts about stacks of threads (4.9). Each works on the stack of some thread of the process.

const GUARDED = 0x104;
const BOTH = MEM_RESERVE + MEM_COMMIT;
/** Where fibers have their stacks, above the scripts about sections. */
const FIBERS = 0xa00000;
/** More pages than a small stack has. */
const ENOUGH = 20;

/** Growth by all kinds of accesses, near the guard. */
const growing: StackFragment = (script) => {
  const { random } = script;
  script.begin(random.pick([0x10000, 0x20000, 0x10000]), random.pick([0, 0x3f00, 0x6000]));
  for (let i = 0; i < 8; i += 1) {
    const pages = random.pick([-1, -1, -1, -2, -2, -3, -4, 0, 1]);
    script.touch(script.stack.limit + pages * PAGE + random.pick([0, 0x10, 0x800, PAGE - 8]));
  }
  script.end();
};

/** To the end, and again. */
const overflowing: StackFragment = (script) => {
  const { random } = script;
  script.begin(0x10000, random.pick([0, 0x8000]));
  for (let i = random.below(3); i > 0; i -= 1) {
    script.guarantee(random.pick([0, 1, 0x1000, 0x2001, 0x5000, 0xc000]));
  }
  for (let again = 0; again < 2; again += 1) {
    const { deallocation } = script.stack;
    for (let i = 0; i < ENOUGH && script.stack.limit > deallocation + PAGE; i += 1) {
      script.store(script.stack.limit - random.pick([4, 4, 4, PAGE, 2 * PAGE]));
    }
    script.store(script.stack.limit - PAGE);
    if (random.oneIn(3)) script.rearm();
    else script.rearm(deallocation + random.pick([0, 1, 2, 3, 6, 12, 16, 17]) * PAGE);
    script.touch(script.stack.limit - 8);
  }
  script.end();
};

/** Guards that the program sets and takes away itself. */
const arming: StackFragment = (script) => {
  const { random } = script;
  script.begin(0x10000, random.pick([0x8000, 0xa000]));
  for (let i = 0; i < 4; i += 1) {
    const page = script.stack.limit + random.pick([-2, -1, 0, 1, 2, 4]) * PAGE;
    const protect = random.pick([GUARDED, GUARDED, GUARDED, 0x102, 0x140, 0x04]);
    if (random.oneIn(2)) script.protect(page, protect);
    else script.allocate(page, random.pick([PAGE, 2 * PAGE]), MEM_COMMIT, protect);
    script.touch(page + random.pick([-3, -1, 0, 0, 1]) * PAGE + 0x20);
    if (random.oneIn(3)) script.protect(page, 0x04);
    if (random.oneIn(4)) script.free(page, PAGE, MEM_DECOMMIT);
  }
  script.end();
};

/** Bounds that the program sets, some of them nonsense. */
const fibers: StackFragment = (script) => {
  const { random } = script;
  const start = FIBERS + random.below(2) * 0x20000;
  script.run(random.below(3));
  script.allocate(start, 0x10000, MEM_RESERVE, random.pick([0x04, 0x04, 0x204, 0x02]));
  script.allocate(start + 0x9000, 0x7000, MEM_COMMIT);
  script.allocate(start + 0x8000, PAGE, MEM_COMMIT, GUARDED);
  const low = random.pick([0, 0, 0, -0x10000, 0x4000, PAGE, 0x800]);
  const high = random.pick([0x10000, 0x10000, 0x10000, 0x20000, 0xa000, 0x9001]);
  script.setStack(start + high, start + random.pick([0x9000, 0x3000, 0x10000]), start + low);
  for (let i = 0; i < 5; i += 1) {
    if (random.oneIn(3)) script.protect(start + (6 + random.below(5)) * PAGE, GUARDED);
    script.touch(start + (4 + random.below(7)) * PAGE + random.pick([0x40, PAGE - 4]));
  }
  if (random.oneIn(3)) script.setStack(0, 0, 0);
  if (random.oneIn(2)) script.free(start, 0, MEM_RELEASE);
};

/** The guard of one thread, touched by another. */
const stealing: StackFragment = (script) => {
  const { random } = script;
  script.begin();
  const owner = script.thread;
  const guard = script.stack.limit - random.pick([1, 1, 2]) * PAGE;
  if (random.oneIn(4))
    new StackScript(script.picks, (1 - script.by) as Who, script.push).touch(guard);
  script.run((owner + 1) % 3);
  script.touch(guard + 8);
  script.run(owner);
  script.touch(guard + 8);
  script.touch(script.stack.limit - 8);
  script.end();
};

/** Sizes near the rules. */
const making: StackFragment = (script) => {
  const { random } = script;
  const sizes = [0, 0, 1, PAGE, 0x11000, 0x20000, 0x100000, 0x110000] as const;
  for (let i = 0; i < 2; i += 1) {
    const aligns = [1, 1, PAGE, 0x4000, 0x3000, 0x40000, random.oneIn(4) ? 0 : 1] as const;
    script.push({
      op: "userStack",
      by: script.by,
      commit: random.pick([0, 1, PAGE, 0x3f00, 0x5000, 0x8000, random.pick(sizes)]),
      reserve: random.pick(sizes),
      zeroBits: random.pick([0, 0, 0, 0, 1, 11, 12, 13, 21, 0x7fffffff]),
      commitAlign: random.pick(aligns),
      reserveAlign: random.pick(aligns),
    });
  }
  script.begin(random.pick(sizes), random.pick([0, 1, 0x2001, 0x3f00, 0x10000]));
  script.guarantee(random.pick([0, 1, 0x9001, 0xf000, 0x10000, 0xfffff001, 0xffffffff]));
  script.push({ op: "freeUserStack", by: script.by, base: script.stack.deallocation });
  script.touch(script.stack.limit - 8);
  script.push({ op: "releaseStack", by: script.by, thread: script.thread });
};

/** Little charge is left. */
const starving: StackFragment = (script) => {
  const { random } = script;
  script.begin();
  const filling = [64, 32, 16, 8, 4, 2, 1].map((pages, i) => [FIBERS + 0x100000 * (i + 1), pages]);
  for (const [base = 0, pages = 0] of filling) script.allocate(base, pages * PAGE, BOTH);
  if (random.oneIn(2)) script.free(FIBERS + 0x700000, 0, MEM_RELEASE);
  for (let i = 0; i < 4; i += 1) script.store(script.stack.limit - random.pick([4, PAGE + 4]));
  script.rearm();
  for (const [base = 0] of filling) script.free(base, 0, MEM_RELEASE);
  script.rearm();
  script.store(script.stack.limit - 4);
  script.end();
};

const FRAGMENTS: readonly StackFragment[] = [
  growing,
  growing,
  overflowing,
  overflowing,
  arming,
  arming,
  fibers,
  stealing,
  making,
  starving,
];

/** One of them; each of its steps is taken before the next is drawn. */
export function runStackFragment(picks: Picks, by: Who, push: (step: Step) => void): void {
  picks.random.pick(FRAGMENTS)(new StackScript(picks, by, push));
}
