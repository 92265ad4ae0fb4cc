/** What TypeDoc is told: which sources, which texts, what has to be documented, how it looks. */
import { readFileSync } from "node:fs";
import { root } from "../run.mjs";
import { headings, pages } from "./contents.mjs";

/** Sources of the entries of the package, as package.json lists them. */
function entrySources() {
  const { exports } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  return Object.values(exports)
    .map((target) => target.types)
    .filter((types) => types !== undefined)
    .map((types) => types.replace(/^\.\/dist\/(.*)\.d\.ts$/, `${root}/src/$1.ts`));
}

/** An object with one field, which the comment of the type speaks of. */
const CELLS = [
  ...["InOut", "Out", "StructureOut"].map((name) => `guardpage.${name}`),
  ...["AddressesOut", "PointersIn"].map((name) => `guardpage/kernel32.${name}`),
  "guardpage/ntdll.LargeIntegerIn",
  ...["ByRef", "ByRefAny", "ByRefType"].map((name) => `guardpage/vb.${name}`),
  "guardpage/clr-host.InterfaceOut",
].map((name) => `${name}.__type.value`);

/** Fields that the comment of what has them speaks of. */
const SAID_ABOVE = [
  ...["bytes", "done"].map((name) => `guardpage.DebugView.read.__type.${name}`),
  ...["IntPtr", "UIntPtr"].map((name) => `guardpage/dotnet.${name}.__type.Zero`),
];

/** Its name is that of its class. */
const ERRORS = [
  ...["DiskFull", "GuestException", "MachinePoisoned"],
  ...["PageFault", "PageNotReady", "SnapshotRefused"],
].map((name) => `guardpage.${name}.name`);

/** What JavaScript asks a class that extends one of its own. */
const SPECIES = ["GuestView", "ReadOnlyGuestView", "WritableGuestView"].map(
  (name) => `guardpage.${name}.[species]`,
);

/** Comments of methods that an interface takes from others by `Partial` are in these. */
const TAKEN = [
  ...["VirtualAllocEx", "VirtualFreeEx", "VirtualProtectEx", "VirtualQueryEx"],
  ...["VirtualCopyEx", "VirtualAllocCopyEx", "MapPtrToProcess", "UnMapPtr"],
].map((name) => `guardpage/coredll.Coredll.${name}`);

/** @returns {import("typedoc").TypeDocOptions} */
export function options() {
  return {
    name: "guardpage",
    tsconfig: `${root}/tsconfig.json`,
    skipErrorChecking: true, // `npm run check` does that
    entryPoints: entrySources(),
    projectDocuments: pages().map(({ path }) => `${root}/${path}`),
    readme: `${root}/README.md`,
    excludeInternal: true,
    excludeProtected: true,
    // They would depend on the remote of the checkout.
    disableSources: true,
    logLevel: "Warn",

    // Not constants: their names are those of the Windows headers.
    requiredToBeDocumented: [
      "Module",
      "Class",
      "Interface",
      "TypeAlias",
      "Function",
      "Method",
      "Property",
      "Accessor",
    ],
    intentionallyNotDocumented: [...CELLS, ...SAID_ABOVE, ...ERRORS, ...SPECIES, ...TAKEN],
    validation: {
      notExported: true,
      invalidLink: true,
      invalidPath: true,
      rewrittenLink: true,
      notDocumented: true,
      unusedMergeModuleWith: true,
    },

    customCss: `${root}/scripts/site/site.css`,
    groupOrder: headings(),
    groupReferencesByType: true,
    sortEntryPoints: false,
    navigation: { includeGroups: true, includeFolders: false, excludeReferences: true },
    headings: { readme: false },
    locales: { en: { kind_plural_module: "The API" } },
    includeHierarchySummary: false,
    highlightLanguages: ["c", "javascript", "json", "shellscript", "typescript", "yaml"],
    searchInComments: true,
    searchInDocuments: true,
    hideGenerator: true,
  };
}
