import type { Outcome } from "./scenario.ts";

/** What came of a program, and whether it is what should. */
export function OutcomeView({ outcome }: { readonly outcome: Outcome }) {
  return (
    <section class={outcome.isRight ? "outcome right" : "outcome wrong"}>
      <h3>{outcome.isRight ? "As it should be" : "It went wrong"}</h3>
      <p>{outcome.sentence}</p>
      <dl>
        {Object.entries(outcome.facts).map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
