import type { ScenarioId } from "./outcomes.ts";

/** What one pass over a scenario has shown, as the page says it. */
export interface Pass {
  readonly id: ScenarioId;
  /** The state before the first step, and after going back to it. */
  readonly start: string;
  readonly startAgain: string;
  /** The state behind the last step, and when it was reached a second time. */
  readonly end: string;
  readonly endAgain: string;
  readonly outcome: string;
  readonly isRight: boolean;
  /** Without what it needs. */
  readonly omission: string;
  readonly isOmissionRight: boolean;
}

/**
 * Runs in the page, whichever browser it is: chooses a scenario, runs it to its end, back to its
 * start and forward again, and once more without what it needs. As text: vitest rewrites what it
 * compiles.
 */
export const passOver = (id: ScenarioId): string => `(async () => {
  const until = async (what, look) => {
    for (let round = 0; round < 3000; round++) {
      const found = look();
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error("${id}: waited in vain for " + what);
  };
  const here = (selector) => document.querySelector('[data-scenario="${id}"] ' + selector);
  const button = (name) => [...document.querySelectorAll('[data-scenario="${id}"] button')]
    .find((each) => each.textContent.trim() === name);
  const hash = () => until("a hash", () => here(".hash")?.textContent);
  const atOnce = async () => {
    const speed = await until("the speeds", () => here("select"));
    const option = [...speed.options].find(({ text }) => text.toLowerCase() === "at once");
    speed.value = option.value;
    speed.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const run = async () => {
    (await until("its button", () => button("Run") ?? button("Play"))).click();
    return until("an outcome", () => here(".outcome"));
  };
  const text = (outcome) => outcome.querySelector("p").textContent;
  const isRight = (outcome) => outcome.classList.contains("right");
  location.hash = "${id}";
  await until("the scenario", () => here("h2"));
  await atOnce();
  const start = await hash();
  const first = await run();
  const pass = { id: "${id}", start, outcome: text(first), isRight: isRight(first) };
  const end = await hash();
  button("Start again").click();
  await until("the start", () => !here(".outcome"));
  const startAgain = await hash();
  await run();
  const endAgain = await hash();
  here('input[type="checkbox"]').click();
  await until("the start", () => !here(".outcome"));
  await atOnce();
  const omitted = await run();
  return {
    ...pass, startAgain, end, endAgain,
    omission: text(omitted), isOmissionRight: isRight(omitted),
  };
})()`;
