/** Reads calls out of the text form of a module, where functions keep their names. */

export interface ModuleText {
  /** The function behind an export. */
  exported: ReadonlyMap<string, string>;
  /** What each function calls, once for each call in it. */
  calls: ReadonlyMap<string, readonly string[]>;
}

export function readModuleText(text: string): ModuleText {
  const exported = new Map<string, string>();
  const calls = new Map<string, string[]>();
  let inside: string[] = [];
  for (const line of text.split("\n")) {
    const [, external, internal] = /^ \(export "([^"]+)" \(func ([^\s)]+)\)\)/.exec(line) ?? [];
    if (external !== undefined && internal !== undefined) exported.set(external, internal);
    const [, name] = /^ \(func ([^\s)]+)/.exec(line) ?? [];
    if (name !== undefined) {
      inside = [];
      calls.set(name, inside);
    }
    const [, called] = /\bcall (\S+?)\)?$/.exec(line) ?? [];
    if (called !== undefined) inside.push(called);
  }
  return { exported, calls };
}

/**
 * The functions that an access goes through when no map answers it, from the export to the one that
 * matches `end`. Throws where a function calls more than one: then the access is decided twice.
 */
export function wayTo(end: RegExp, name: string, { exported, calls }: ModuleText): string[] {
  const way: string[] = [];
  for (let at = exported.get(name); at !== undefined && !end.test(at); ) {
    const called = calls.get(at) ?? [];
    if (called.length !== 1) throw new Error(`${at} has ${called.length} calls: ${called}`);
    way.push(at);
    at = called[0];
  }
  return way;
}
