import { isWide, type ModelProfile, type ModelSettings } from "../../src/model/settings.ts";
import { drawSettings, drawSpaces } from "./draw-settings.ts";
import { aweSteps, fragmentSteps, placeholderSteps, sectionSteps } from "./fragments.ts";
import { runStackFragment } from "./fragments-stacks.ts";
import { MEM_COMMIT, MEM_RESERVE, MEM_WRITE_WATCH } from "./memory-picks.ts";
import { ModelSubject } from "./model-subject.ts";
import { randomRegion } from "./pick-adopted.ts";
import { randomOffer } from "./pick-offers.ts";
import {
  randomAllocateEx,
  randomKeepingFree,
  randomUnmapEx,
  randomViewEx,
} from "./pick-placeholders.ts";
import { randomSection, randomView } from "./pick-sections.ts";
import { Picks } from "./picks.ts";
import type { Call, Program, SpaceKind, Step, Who } from "./program.ts";
import { Random } from "./random.ts";

/** How often each kind of step comes, before a run's swarm turns some of them off. */
const WEIGHTS = {
  allocate: 14,
  free: 6,
  protect: 8,
  query: 2,
  queryRegion: 1,
  lock: 2,
  unlock: 2,
  getWriteWatch: 3,
  resetWriteWatch: 1,
  read: 2,
  write: 2,
  writeProcess: 2,
  load: 10,
  store: 14,
  fetch: 4,
  copy: 3,
  compare: 2,
  fill: 4,
  adopt: 1,
  forgetMaps: 2,
  createSection: 1,
  closeSection: 1,
  mapView: 4,
  unmapView: 2,
  flushView: 1,
  allocateEx: 3,
  mapViewEx: 2,
  unmapViewEx: 1,
  keepingFree: 2,
  fragment: 8,
  section: 3,
  placeholder: 3,
  offer: 2,
  awe: 3,
};
type Kind = keyof typeof WEIGHTS;

const PROFILES: readonly ModelProfile[] = ["win32", "win32-3g", "win32-4g", "win64"];
/** Without these a program stays empty. */
const ALWAYS: readonly Kind[] = ["allocate", "store", "load", "protect"];
const PAGE = 0x1000;
const BULK_LENGTHS = [0, 1, 7, 0x10, 0xfff, 0x1000, 0x1001, 0x2000, 0x3003] as const;
const CAPACITIES = [0, 1, 1, 2, 3, 64] as const;

export interface GeneratorOptions {
  length: number;
  /** Default: drawn. */
  settings?: Partial<ModelSettings>;
  spaces?: [SpaceKind, SpaceKind];
  /** How often scripts come among random steps. Default 8, beside about 100 for those. */
  fragments?: number;
  /** The same for scripts about sections. Default 3. */
  sections?: number;
  /** The same for scripts about placeholders. Default 3. */
  placeholders?: number;
  /** How many of a hundred random steps are scripts about stacks instead. Default 0. */
  stacks?: number;
  /** How many of a hundred random steps are forks instead. Default 0. */
  forks?: number;
  /** The same for scripts about windows and offers. Default 3. */
  awe?: number;
}

/** The program of a seed: always the same one. */
export function generate(seed: number, options: GeneratorOptions): Program {
  const random = new Random(seed);
  const program: Program = {
    settings: options.settings ?? drawSettings(random, random.pick(PROFILES)),
    spaces: ["translated", "translated"],
    steps: [],
  };
  if (options.spaces !== undefined) program.spaces = options.spaces;
  else if (!isWide(program.settings.profile ?? "win64")) program.spaces = drawSpaces(random);
  if (random.oneIn(4)) program.quota = 8 + random.below(40);
  const generator = new Generator(random, program, options);
  while (program.steps.length < options.length) generator.add();
  generator.harvest();
  return program;
}

class Generator {
  private readonly random: Random;
  private readonly program: Program;
  private readonly subject: ModelSubject;
  private readonly picks: Picks;
  private readonly weights: Record<Kind, number>;
  private readonly stacks: number;
  private readonly forks: number;

  constructor(random: Random, program: Program, options: GeneratorOptions) {
    this.random = random;
    this.program = program;
    this.subject = new ModelSubject(program);
    this.picks = new Picks(random, this.subject);
    this.weights = { ...WEIGHTS };
    for (const kind of Object.keys(WEIGHTS) as Kind[]) {
      if (!ALWAYS.includes(kind) && random.oneIn(4)) this.weights[kind] = 0;
    }
    const { fragments = WEIGHTS.fragment, sections = WEIGHTS.section } = options;
    const { placeholders = WEIGHTS.placeholder, awe = WEIGHTS.awe } = options;
    if (this.weights.fragment !== 0) this.weights.fragment = fragments;
    if (this.weights.section !== 0) this.weights.section = sections;
    if (this.weights.placeholder !== 0) this.weights.placeholder = placeholders;
    if (this.weights.awe !== 0) this.weights.awe = awe;
    this.stacks = options.stacks ?? 0;
    this.forks = options.forks ?? 0;
    for (const by of [0, 0, 1] as const) this.furnish(by);
  }

  add(): void {
    if (this.stacks !== 0 && this.random.below(100) < this.stacks) {
      runStackFragment(this.picks, this.who(), (step) => this.push(step));
      return;
    }
    if (this.forks !== 0 && this.random.below(100) < this.forks) {
      this.push(this.fork());
      return;
    }
    const kind = this.random.weighted(this.weights);
    if (kind === "section") this.pushAll(sectionSteps(this.picks, this.who()));
    else if (kind === "placeholder") this.pushAll(placeholderSteps(this.picks, this.who()));
    else if (kind === "awe") this.pushAll(aweSteps(this.picks, this.who()));
    else if (kind === "fragment") this.pushAll(fragmentSteps(this.picks, this.who()));
    else this.push(this.step(kind));
  }

  /** A region to begin with, some of it reserved. */
  private furnish(by: Who): void {
    const { random } = this;
    const call: Call = { face: "nt", by, on: by, handle: "good" };
    const watch = random.oneIn(3) ? MEM_WRITE_WATCH : 0;
    const made = { base: 0, size: 8 * PAGE, protect: 0x04, zeroBits: 0 };
    this.push({ op: "allocate", ...call, ...made, type: MEM_RESERVE + watch });
    const base = this.subject.processes[by].walk(0, 2 ** 32).find((run) => run.Type !== 0);
    if (base === undefined) return;
    const [first, size] = [base.AllocationBase + random.below(3) * PAGE, 5 * PAGE];
    this.push({ op: "allocate", ...call, ...made, base: first, size, type: MEM_COMMIT });
  }

  /** What marks are left, and that a process that ended leaves nothing. */
  harvest(): void {
    for (const on of [0, 1] as const) {
      const process = this.subject.processes[on];
      if (process.exited) continue;
      const regions = process.walk(0, this.picks.layout.highestUser);
      for (const base of new Set(regions.map((run) => run.AllocationBase))) {
        const size = process.queryRegion(base).info?.RegionSize;
        if (size === undefined) continue;
        const call: Call = { face: "nt", by: on, on, handle: "good" };
        if (!process.isWatched(base)) continue;
        this.push({ op: "getWriteWatch", ...call, base, size, flags: 0, capacity: 64 });
      }
    }
    if (!this.random.oneIn(3)) return;
    this.push({ op: "exit", on: 1 });
    for (let i = 0; i < 6; i += 1) this.push(this.onExited());
  }

  /** Where there are forks, some come in the middle of what a script has made. */
  private pushAll(steps: readonly Step[]): void {
    const isForked = this.forks !== 0 && this.random.oneIn(3);
    const at = isForked ? this.random.below(steps.length) : steps.length;
    for (const step of steps.slice(0, at)) this.push(step);
    if (isForked) this.push(this.fork());
    for (const step of steps.slice(at)) this.push(step);
  }

  private fork(): Step {
    const space = this.random.oneIn(3) ? "auto" : "translated";
    return { op: "fork", on: this.who(), space };
  }

  private push(step: Step): void {
    if (step.op === "adopt" && !this.fits(step)) return;
    this.program.steps.push(step);
    this.subject.apply(step);
  }

  private fits({ on, region }: Extract<Step, { op: "adopt" }>): boolean {
    const process = this.subject.processes[on];
    const { settings, commitCharge } = this.subject.model;
    const pages = region.size / PAGE;
    const charged = commitCharge + pages <= settings.commitLimit;
    if (!charged || process.counters.commitCharge + pages > process.quota) return false;
    const info = process.query(region.base).info;
    return info?.Type === 0 && region.base + region.size <= info.BaseAddress + info.RegionSize;
  }

  private who(): Who {
    return this.random.oneIn(4) ? 1 : 0;
  }

  private call(): Call {
    const by = this.who();
    const on = this.random.oneIn(8) ? ((1 - by) as Who) : by;
    const handle = this.random.oneIn(16) ? this.random.pick(["null", "weak"] as const) : "good";
    return { face: this.random.pick(["nt", "win32"] as const), by, on, handle };
  }

  /** For calls that kernel32 has for the own process only. */
  private ownCall(): Call {
    const call = this.call();
    return call.by === call.on && call.handle === "good" ? call : { ...call, face: "nt" };
  }

  private onExited(): Step {
    const kinds = ["allocate", "free", "protect", "query", "lock", "unlock"] as const;
    const more = ["queryRegion", "getWriteWatch", "resetWriteWatch", "read", "write"] as const;
    const views = ["mapView", "unmapView", "writeProcess", "allocateEx", "mapViewEx"] as const;
    const kind = this.random.pick([...kinds, ...more, ...views] as const);
    const step = this.step(kind);
    if (!("face" in step) || step.op === "createSection") return step;
    const ownOnly = [
      "lock",
      "unlock",
      "getWriteWatch",
      "resetWriteWatch",
      "mapView",
      "unmapView",
    ].includes(step.op);
    return { ...step, by: 0, on: 1, handle: "good", face: ownOnly ? "nt" : step.face };
  }

  private step(kind: Exclude<Kind, "fragment" | "section" | "placeholder" | "awe">): Step {
    const { picks, random } = this;
    switch (kind) {
      case "allocate": {
        const call = this.call();
        if (random.oneIn(3)) {
          const protect = random.oneIn(2) ? 0x04 : picks.protection();
          const commit = { type: MEM_COMMIT, protect, zeroBits: 0 };
          return { op: kind, ...call, ...picks.range(call.on), ...commit };
        }
        const range = random.oneIn(2)
          ? { base: picks.address(call.on), size: picks.size(call.on) }
          : picks.range(call.on);
        if (random.oneIn(5)) range.base = 0;
        const zeroBits = call.face === "nt" ? picks.zeroBits() : 0;
        const [type, protect] = [picks.allocationType(), picks.protection()];
        return { op: kind, ...call, ...range, type, protect, zeroBits };
      }
      case "free": {
        const call = this.call();
        const range = random.oneIn(4)
          ? { base: picks.regionBase(call.on), size: 0 }
          : picks.range(call.on);
        return { op: kind, ...call, ...range, type: picks.freeType() };
      }
      case "protect": {
        const call = this.call();
        const step: Step = {
          op: kind,
          ...call,
          ...picks.committedRange(call.on),
          protect: picks.protection(),
        };
        if (random.oneIn(20)) step.oldAt = 0;
        return step;
      }
      case "query": {
        const call = this.call();
        return { op: kind, ...call, address: picks.address(call.on) };
      }
      case "queryRegion": {
        const call = this.call();
        return { op: kind, ...call, face: "nt", address: picks.address(call.on) };
      }
      case "lock":
      case "unlock": {
        const call = this.ownCall();
        const mapType = call.face === "nt" ? random.pick([1, 1, 1, 2, 3, 0, 4]) : 1;
        return { op: kind, ...call, ...picks.committedRange(call.on), mapType };
      }
      case "getWriteWatch": {
        const call = this.ownCall();
        const flags = random.pick([0, 1, 1, random.oneIn(6) ? 2 : 0]);
        const capacity = random.pick(CAPACITIES);
        const step: Step = { op: kind, ...call, ...picks.committedRange(call.on), flags, capacity };
        if (random.oneIn(12))
          step.missing = random.pick(["count", "granularity", "array"] as const);
        return step;
      }
      case "resetWriteWatch": {
        const call = this.ownCall();
        return { op: kind, ...call, ...picks.range(call.on) };
      }
      case "read": {
        const call = this.call();
        const address = picks.accessAddress(call.on);
        return { op: kind, ...call, address, length: this.length() };
      }
      case "write":
      case "writeProcess": {
        const call = this.call();
        const face = kind === "write" ? "nt" : "win32";
        const address = picks.accessAddress(call.on);
        return {
          op: kind,
          ...call,
          face,
          address,
          length: this.length(),
          value: random.below(256),
        };
      }
      case "load": {
        const by = this.who();
        return { op: kind, by, address: picks.accessAddress(by), length: picks.width() };
      }
      case "store": {
        const by = this.who();
        const digits = `${random.bits().toString(16)}${random.bits().toString(16)}`;
        return { op: kind, by, address: picks.accessAddress(by), length: picks.width(), digits };
      }
      case "fetch": {
        const by = this.who();
        return { op: kind, by, address: picks.accessAddress(by), length: 1 + random.below(15) };
      }
      case "copy":
      case "compare": {
        const by = this.who();
        const address = picks.accessAddress(by);
        const near = address + random.pick([-0x1001, -0x800, -1, 1, 0x800, 0x1001]);
        const isAddress = near >= 0 && near < picks.layout.highestUser;
        const other = random.oneIn(3) && isAddress ? near : picks.accessAddress(by);
        return { op: kind, by, address, other, length: this.length() };
      }
      case "fill": {
        const by = this.who();
        const value = random.below(256);
        return { op: kind, by, address: picks.accessAddress(by), value, length: this.length() };
      }
      case "createSection":
        return randomSection(picks, random.pick(["nt", "win32"] as const), this.who());
      case "closeSection": {
        const by = this.who();
        return { op: kind, by, slot: picks.slot(by) };
      }
      case "mapView":
        return randomView(picks, this.ownCall());
      case "unmapView": {
        const call = this.ownCall();
        return { op: kind, ...call, address: picks.address(call.on) };
      }
      case "flushView": {
        const by = this.who();
        const { base, size } = picks.range(by);
        return { op: kind, by, address: base, size: random.oneIn(3) ? 0 : size };
      }
      case "allocateEx":
        return randomAllocateEx(picks, this.call());
      case "mapViewEx":
        return randomViewEx(picks, this.call());
      case "unmapViewEx":
        return randomUnmapEx(picks, this.call());
      case "keepingFree":
        return randomKeepingFree(picks, this.call());
      case "offer":
        return randomOffer(picks, this.who());
      case "adopt":
        return { op: kind, region: randomRegion(random), on: this.who() };
      case "forgetMaps":
        return { op: kind, on: this.who() };
    }
  }

  private length(): number {
    return this.random.pick(BULK_LENGTHS);
  }
}
