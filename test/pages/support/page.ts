/** What a page in docs/pages says, and what the tests of it have. */

/** One numbered statement of a page. */
export interface Statement {
  readonly number: number;
  readonly text: string;
  /** False: there is nothing to see, and no test. */
  readonly hasBehaviour: boolean;
  /** The rule that says what happens instead, where the statement is knowingly not met. */
  readonly differs: string | undefined;
}

/** Every statement of a page: the items of its ordered lists, with all their lines. */
export function statementsOf(page: string): Statement[] {
  const items: { number: number; text: string }[] = [];
  let open: { text: string } | undefined;
  for (const line of page.replaceAll(/^```[\s\S]*?^```$/gm, "").split("\n")) {
    const [, number, text] = /^(\d+)\. +(.+)$/.exec(line) ?? [];
    if (number !== undefined && text !== undefined) {
      const item = { number: Number(number), text };
      items.push(item);
      open = item;
    } else if (open !== undefined && /^ {2,}\S/.test(line)) {
      open.text += ` ${line.trim()}`;
    } else {
      open = undefined;
    }
  }
  return items.map(({ number, text }) => ({
    number,
    text,
    hasBehaviour: !/\(No behaviour: [^()]+\.\)$/.test(text),
    differs: /\(Differs: ([^()]+)\.\)$/.exec(text)?.[1],
  }));
}

/** The numbers that a source has tests of: one for each `statement(`, in order. */
export function statementsTested(source: string): number[] {
  const code = source.replaceAll(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(/\bstatement\(\s*(\d+),/g)].map((match) => Number(match[1]));
}

/**
 * What is wrong between a page and its tests, one line each.
 *
 * @param rules ids of all rules
 */
export function complaints(page: string, tests: string, rules: ReadonlySet<string>): string[] {
  const statements = statementsOf(page);
  const tested = statementsTested(tests);
  const numbers = new Set(statements.map(({ number }) => number));
  const found: string[] = statements.length === 0 ? ["the page has no statements"] : [];
  for (const [index, { number, text, hasBehaviour, differs }] of statements.entries()) {
    if (number !== index + 1) found.push(`statement ${number} stands at ${index + 1}`);
    const count = tested.filter((other) => other === number).length;
    if (hasBehaviour && count !== 1) found.push(`statement ${number} has ${count} tests`);
    if (!hasBehaviour && count !== 0) found.push(`statement ${number} has no behaviour and a test`);
    if (differs !== undefined && !rules.has(differs)) found.push(`there is no rule ${differs}`);
    if (differs === undefined && hasBehaviour && /\((Differs|No behaviour)\b/.test(text)) {
      found.push(`statement ${number} ends in a remark that is not of the form`);
    }
  }
  for (const number of new Set(tested)) {
    if (!numbers.has(number)) found.push(`there is no statement ${number}, but a test`);
  }
  return found;
}

export interface Example {
  readonly source: string;
  readonly printed: string;
}

/** The first example of a page and what it prints; undefined where one of both is missing. */
export function exampleOf(page: string): Example | undefined {
  const [start, source] = /^```ts\n([\s\S]*?)^```$/m.exec(page) ?? [];
  if (start === undefined || source === undefined) return undefined;
  const after = page.slice(page.indexOf(start) + start.length);
  const [, printed] = /^\s*```text\n([\s\S]*?)^```$/m.exec(after) ?? [];
  return printed === undefined || !/^\s*```text\n/.test(after) ? undefined : { source, printed };
}
