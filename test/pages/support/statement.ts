import { cases, type RuleOptions } from "../../conformance/support/rule.ts";
import type { Scene } from "../../conformance/support/scene.ts";

/**
 * Declares the test of one statement of a page, in each place, as `rule` does for rules: whatever
 * it does, frames, records and charge are back at their start when its processes have ended.
 *
 * @param number of the statement in docs/pages
 */
export function statement(
  number: number,
  title: string,
  body: (scene: Scene) => void,
  options: RuleOptions = {},
): void {
  cases(`${number} ${title}`, body, options);
}
