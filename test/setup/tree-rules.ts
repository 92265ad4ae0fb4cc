/**
 * The rules about the source tree. Each takes a tree and returns what breaks the rule, one line a
 * breach, so that a test can show each rule both held and broken.
 */
import { dirname, join } from "node:path/posix";
import { importedPath, importsOf, type Tree } from "./tree.ts";

export type Rule = (tree: Tree) => string[];

/** Folder order is dependency order. */
const ASSEMBLY_FOLDERS = ["base", "phys", "page", "object", "virt", "nt", "state", "abi"];
const DEMO_FOLDERS = [
  ...["plugins", "examples", "view", "session", "map", "regions", "bytes", "exceptions"],
  ...["rules", "calls", "console", "form", "cpu", "scenarios", "film", "page"],
];

const FILE_LINES_MAX = 400;
const LINE_COLUMNS_MAX = 100;

const isCode = (path: string) => /\.(tsx?|mjs|js)$/.test(path);
const isGenerated = (path: string) => path.includes(".generated");
const isInside = (folder: string) => (path: string) => path.startsWith(`${folder}/`);

function* imports(tree: Tree, chosen: (path: string) => boolean) {
  for (const [path, text] of tree) {
    if (!isCode(path) || !chosen(path)) continue;
    for (const specifier of importsOf(text)) yield { path, specifier };
  }
}

/** AssemblyScript leaves the extension out. Undefined: no such file. */
function assemblyImport(tree: Tree, path: string, specifier: string): string | undefined {
  const base = importedPath(path, specifier);
  const candidates = [`${base}.ts`, `${base}/index.ts`];
  return candidates.find((name) => tree.has(name)) ?? candidates.find(isGenerated);
}

/** Files above the folders come after all of them: a library's surface, a page's entry. */
function folderRank(folders: readonly string[], path: string): number {
  const [, folder = "", file] = path.split("/");
  return file === undefined ? folders.length : folders.indexOf(folder);
}

const assemblyRank = (path: string) => folderRank(ASSEMBLY_FOLDERS, path);
const demoRank = (path: string) => folderRank(DEMO_FOLDERS, path);

function unplaced(
  tree: Tree,
  chosen: (path: string) => boolean,
  rank: (path: string) => number,
): string[] {
  return [...tree.keys()]
    .filter((path) => chosen(path) && isCode(path) && rank(path) < 0)
    .map((path) => `${path}: its folder has no place in the order`);
}

const assemblyDirection: Rule = (tree) => {
  const breaches = unplaced(tree, isInside("assembly"), assemblyRank);
  for (const { path, specifier } of imports(tree, isInside("assembly"))) {
    const target = assemblyImport(tree, path, specifier);
    if (target === undefined || !isInside("assembly")(target)) {
      breaches.push(`${path}: ${specifier} is not a file of assembly/`);
    } else if (assemblyRank(target) > assemblyRank(path)) {
      breaches.push(`${path}: imports ${target}, which comes later`);
    }
  }
  return breaches;
};

const assemblyWithoutCycles: Rule = (tree) => {
  const edges = new Map<string, string[]>();
  for (const { path, specifier } of imports(tree, isInside("assembly"))) {
    const target = assemblyImport(tree, path, specifier);
    if (target !== undefined) edges.set(path, [...(edges.get(path) ?? []), target]);
  }
  const done = new Set<string>();
  const breaches: string[] = [];
  const visit = (path: string, trail: string[]) => {
    if (trail.includes(path)) {
      breaches.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      return;
    }
    if (done.has(path)) return;
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return breaches;
};

/** The other documented ways to call the same memory: each stands on kernel32, and on no other. */
const FACE = /^src\/(clr-host|coredll|dotnet|vb)(?:\.ts$|\/)/;
const faceOf = (path: string) => FACE.exec(path)?.[1];

/** Lowest first. The model stands alone and is no layer. */
const HOST_LAYERS: readonly { name: string; holds: (path: string) => boolean }[] = [
  { name: "wasm", holds: (path) => path.startsWith("src/wasm/") },
  {
    name: "machine, process, constants",
    holds: (path) => {
      const isEntry = /^src\/(ntdll|kernel32|emitter|node|opfs|recording)\.ts$/.test(path);
      return (
        /^src\/((constants|snapshot)\/)?[^/]+$/.test(path) && !isEntry && faceOf(path) === undefined
      );
    },
  },
  { name: "ntdll", holds: (path) => /^src\/ntdll(\.ts$|\/)/.test(path) },
  { name: "kernel32", holds: (path) => /^src\/kernel32(\.ts$|\/)/.test(path) },
  { name: "faces", holds: (path) => faceOf(path) !== undefined },
  { name: "files", holds: (path) => /^src\/(node|opfs)(\.ts$|\/)/.test(path) },
  { name: "emitter", holds: (path) => /^src\/emitter(\.ts$|\/)/.test(path) },
  { name: "recording", holds: (path) => path.startsWith("src/recording/") },
  { name: "replay", holds: (path) => path.startsWith("src/replay/") },
  { name: "what is recorded, and replays", holds: (path) => path === "src/recording.ts" },
  { name: "cli", holds: (path) => path.startsWith("src/cli/") },
];

/** The embedded core, and the version that the command line prints. */
function mayLeaveSource(path: string, target: string): boolean {
  if (path === "src/wasm/bytes.ts")
    return /^build\/(core\.(release|simd|threads)|tools)\.ts$/.test(target);
  return isInside("src/cli")(path) && target === "package.json";
}

/** Everything else runs wherever WebAssembly does. */
function mayImport(path: string, specifier: string): boolean {
  if (isInside("src/node")(path)) return specifier.startsWith("node:");
  return isInside("src/cli")(path);
}

const isModel = isInside("src/model");
const mayUseModel = (path: string) => isInside("src/cli")(path) || isInside("src/replay")(path);
/** A recording has the calls of all of them. */
const mayUseFaces = isInside("src/replay/recording");
const hostRank = (path: string) => HOST_LAYERS.findIndex(({ holds }) => holds(path));

const hostDirection: Rule = (tree) => {
  const breaches = unplaced(tree, (path) => isInside("src")(path) && !isModel(path), hostRank);
  for (const { path, specifier } of imports(tree, isInside("src"))) {
    if (!specifier.startsWith(".")) {
      if (!mayImport(path, specifier)) breaches.push(`${path}: imports the package ${specifier}`);
      continue;
    }
    const target = importedPath(path, specifier);
    if (mayLeaveSource(path, target)) continue;
    if (!tree.has(target)) breaches.push(`${path}: ${specifier} is not a file of src/`);
    else if (isModel(path)) {
      if (!isModel(target)) breaches.push(`${path}: the model imports ${target}`);
    } else if (isModel(target)) {
      if (!mayUseModel(path)) breaches.push(`${path}: imports the model`);
    } else if (!isInside("src")(target)) {
      breaches.push(`${path}: imports ${target}`);
    } else if (hostRank(target) > hostRank(path)) {
      breaches.push(`${path}: imports ${target}, which comes later`);
    } else if (
      faceOf(target) !== undefined &&
      faceOf(target) !== faceOf(path) &&
      !mayUseFaces(path)
    ) {
      breaches.push(`${path}: imports ${target}, which is a face of its own`);
    }
  }
  return breaches;
};

/** What lies outside of the demo is for the rule about public entries. */
const demoDirection: Rule = (tree) => {
  const breaches = unplaced(tree, isInside("demo"), demoRank);
  for (const { path, specifier } of imports(tree, isInside("demo"))) {
    if (!specifier.startsWith(".")) continue;
    const target = importedPath(path, specifier);
    if (isInside("demo")(target) && demoRank(target) > demoRank(path)) {
      breaches.push(`${path}: imports ${target}, which comes later`);
    }
  }
  return breaches;
};

const ENTRIES = [
  ...["emitter", "kernel32", "ntdll", "clr-host", "coredll", "dotnet", "vb", "constants"],
  ...["node", "opfs", "recording"],
];
const PUBLIC_ENTRY = new RegExp(`^guardpage(/(${ENTRIES.join("|")}))?$`);

/** What bundles and draws the demo; what the benchmarks run in, measure against and draw with. */
const TOOL =
  /^(node:|(vite|@?preact(\/\w+)?|iced-x86|commander|playwright-core|v86|vega|vega-lite)$)/;

/** Demo and bench show what a user of the package can do, so they use what a user has. */
const publicEntriesOnly: Rule = (tree) => {
  const breaches = [];
  for (const folder of ["demo", "bench"]) {
    for (const { path, specifier } of imports(tree, isInside(folder))) {
      const isOwn =
        specifier.startsWith(".") && importedPath(path, specifier).startsWith(`${folder}/`);
      const isPublic = PUBLIC_ENTRY.test(specifier);
      const isTool = TOOL.test(specifier);
      if (!isOwn && !isPublic && !isTool) breaches.push(`${path}: imports ${specifier}`);
    }
  }
  return breaches;
};

const sizes: Rule = (tree) => {
  const breaches = [];
  for (const [path, text] of tree) {
    if (!isCode(path)) continue;
    const lines = text.replace(/\n$/, "").split("\n");
    if (lines.length > FILE_LINES_MAX) breaches.push(`${path}: ${lines.length} lines`);
    for (const [index, line] of lines.entries()) {
      const columns = [...line].length;
      if (columns > LINE_COLUMNS_MAX) breaches.push(`${path}:${index + 1}: ${columns} columns`);
    }
  }
  return breaches;
};

/** Put together here, or this file would break its own rule. */
const UNFINISHED = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "HA" + "CK"].join("|")})\\b`);
const NOT_RUN = new RegExp(`\\.(on${"ly"}|sk${"ip"}|to${"do"})\\(`);
const ELSEWHERE = new RegExp(`/wo${"rk"}/|\\.\\./sha${"red"}|/t${"mp"}/`);

/** Hashes in the lock file may spell anything. */
const isProse = (path: string) => path !== "package-lock.json";

function lines(
  tree: Tree,
  chosen: (path: string) => boolean,
  pattern: RegExp,
  what: string,
): string[] {
  return [...tree].flatMap(([path, text]) => {
    if (!chosen(path)) return [];
    return text.split("\n").flatMap((line, index) => {
      return pattern.test(line) ? [`${path}:${index + 1}: ${what}: ${line.trim()}`] : [];
    });
  });
}

const nothingUnfinished: Rule = (tree) => lines(tree, isProse, UNFINISHED, "unfinished");

const everyTestRuns: Rule = (tree) => lines(tree, isInside("test"), NOT_RUN, "not run");

const speaksOfItselfOnly: Rule = (tree) => lines(tree, isProse, ELSEWHERE, "names a place");

function links(tree: Tree, path: string): string[] {
  const text = tree.get(path) ?? "";
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map((match) => match[1] ?? "")
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => join(dirname(path), target));
}

/** The first page leads to all others. */
const docsAreLinked: Rule = (tree) => {
  const linked = new Set(links(tree, "README.md"));
  return [...tree.keys()].filter((path) => /^docs\/.*\.md$/.test(path) && !linked.has(path));
};

const linksLeadSomewhere: Rule = (tree) => {
  const paths = [...tree.keys()];
  const exists = (target: string) => {
    return tree.has(target) || paths.some(isInside(target.replace(/\/$/, "")));
  };
  return paths
    .filter((path) => path.endsWith(".md"))
    .flatMap((path) => {
      return links(tree, path)
        .filter((target) => !exists(target))
        .map((target) => `${path}: links to ${target}, which is not there`);
    });
};

export const rules = {
  assemblyDirection,
  assemblyWithoutCycles,
  hostDirection,
  demoDirection,
  publicEntriesOnly,
  sizes,
  nothingUnfinished,
  everyTestRuns,
  speaksOfItselfOnly,
  docsAreLinked,
  linksLeadSomewhere,
} satisfies Record<string, Rule>;
