import { expect } from "vitest";
import type { CoreSubject } from "../model/core-subject.ts";
import { type Program, programText } from "../model/program.ts";
import { Random } from "../model/random.ts";
import { changedRecord, frameRecords, scatterFrames } from "./frame-records.ts";

/** Where a program was when a checkpoint was made, and what it showed. */
interface Place {
  readonly number: number;
  readonly at: number;
  readonly subject: CoreSubject;
  readonly hash: string;
  readonly states: readonly string[];
  readonly records: ReadonlyMap<number, Uint8Array>;
}

export interface Played {
  readonly checkpoints: number;
  readonly rewinds: number;
}

/** One in so many steps makes a checkpoint, and one in so many goes back. */
const CHECKPOINT_STEPS = 9;
const REWIND_STEPS = 14;
/** Fewer are left where one in so many forgets the oldest. */
const DROP_STEPS = 60;

/**
 * Plays a program with checkpoints and rewinds at random steps. After each rewind all is as it was,
 * and the steps that follow answer what they answered the first time.
 */
export function play(program: Program, start: CoreSubject, seed: number): Played {
  const random = new Random(seed);
  const { machine } = start;
  scatterFrames(machine);
  const answers: string[] = [];
  let places: Place[] = [];
  let subject = start;
  let made = 0;
  let rewinds = 0;
  const story = () => `seed ${seed}\n${programText(program)}`;

  const checkpoint = (at: number): Place => {
    const number = machine.checkpoint();
    made += 1;
    expect(number, story()).toBe((places.at(-1)?.number ?? number - 1) + 1);
    const copy = subject.restoredOn(machine);
    // Looking brings pages, which is undone.
    const [hash, states] = [machine.hash(), statesOf(copy)];
    machine.rewind(number);
    return { number, at, subject: copy, hash, states, records: frameRecords(machine) };
  };
  const rewind = ({ number, at, subject: copy, hash, states, records }: Place): number => {
    machine.rewind(number);
    expect(changedRecord(records, frameRecords(machine)), `step ${at} of ${story()}`).toBe(
      undefined,
    );
    rewinds += 1;
    places = places.filter((place) => place.number <= number);
    expect(machine.checkpoints, story()).toEqual(places.map((place) => place.number));
    subject = copy.restoredOn(machine);
    expect(machine.hash(), `rewind to step ${at} of ${story()}`).toBe(hash);
    expect(statesOf(subject), `rewind to step ${at} of ${story()}`).toEqual(states);
    return at;
  };

  const most = Math.ceil(program.steps.length / REWIND_STEPS);
  for (let at = 0; at < program.steps.length; at += 1) {
    if (random.oneIn(CHECKPOINT_STEPS)) places.push(checkpoint(at));
    if (rewinds < most && places.length > 0 && random.oneIn(REWIND_STEPS)) {
      at = rewind(random.pick(places));
    }
    if (places.length > 2 && random.oneIn(DROP_STEPS)) {
      const dropped = random.pick(places);
      machine.dropCheckpoints(dropped.number);
      places = places.filter((place) => place.number > dropped.number);
    }
    const step = program.steps[at] as Program["steps"][number];
    const { answer } = subject.apply(step);
    answers[at] ??= answer;
    expect(answer, `step ${at}, ${JSON.stringify(step)}, of ${story()}`).toBe(answers[at]);
  }
  for (const place of places.toReversed()) rewind(place);
  machine.dropCheckpoints();
  expect(machine.checkpoints).toEqual([]);
  return { checkpoints: made, rewinds };
}

/** What both processes show; verifies their spaces too. */
function statesOf(subject: CoreSubject): string[] {
  return [subject.state(0), subject.state(1), subject.contents(0), subject.contents(1)];
}
