/**
 * A line that is evaluated where `with` finds a scope: `var` there assigns to the scope, as the
 * standard has it, and `const`, `let`, functions and classes do not. So what a line declares at its
 * top becomes `var`.
 */
export interface Declared {
  readonly source: string;
  /** What is declared without a value too. */
  readonly names: readonly string[];
}

/** Comments, strings, brackets and words; what is in a template is passed over. */
const TOKEN = new RegExp(
  [
    /\/\/.*|\/\*[\s\S]*?\*\//,
    /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\[\s\S]|[^`\\])*`/,
    /[[({]|[\])}]|[\w$]+/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "g",
);
const VARIABLE = /^(?:const|let|var)$/;
/** "function*" and the name, behind the word where such a declaration begins. */
const NAMED = /^(?:\s+function)?\s*\*?\s*([A-Za-z_$][\w$]*)/;
const IDENTIFIER = /^\s*([A-Za-z_$][\w$]*)/;

export function declared(line: string): Declared {
  const names: string[] = [];
  let depth = 0;
  const source = line.replace(TOKEN, (token, offset: number) => {
    if (/^[[({]$/.test(token)) depth += 1;
    if (/^[\])}]$/.test(token)) depth -= 1;
    if (depth !== 0 || !beginsStatement(line.slice(0, offset))) return token;
    const rest = line.slice(offset + token.length);
    if (VARIABLE.test(token)) {
      const [, name] = IDENTIFIER.exec(rest) ?? [];
      if (name !== undefined) names.push(name);
      return "var";
    }
    if (token !== "function" && token !== "class" && token !== "async") return token;
    const [, name] = NAMED.exec(rest) ?? [];
    if (name === undefined || (token === "async" && !/^\s+function/.test(rest))) return token;
    names.push(name);
    return `var ${name} = ${token}`;
  });
  return { source, names };
}

/** Whether what comes next may be a statement of its own. */
function beginsStatement(before: string): boolean {
  return /(^|[;}\n])[^\S\n]*$/.test(before.replace(/\/\*[\s\S]*?\*\//g, ""));
}
