/**
 * Writes the documentation as a static site, of `docs/` and the comments of the API, into `site/`
 * or the folder that is named. A warning is an error: a link that leads nowhere, a name of the API
 * without a comment, a type that it mentions and does not export.
 */
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { Application, TSConfigReader } from "typedoc";
import { fail, root } from "../run.mjs";
import { groupConstants } from "./constants.mjs";
import { mendMarkup } from "./markup.mjs";
import { options } from "./options.mjs";
import { showPages } from "./pages.mjs";

/** @param {string} folder */
async function build(folder) {
  const typedoc = await Application.bootstrap(options(), [new TSConfigReader()]);
  groupConstants(typedoc);
  mendMarkup(typedoc);
  showPages(typedoc);
  const project = await typedoc.convert();
  if (project === undefined) throw new Error("the sources do not compile");
  typedoc.validate(project);
  await typedoc.generateDocs(project, folder);
  const { errorCount, warningCount, validationWarningCount } = typedoc.logger;
  if (errorCount + warningCount + validationWarningCount === 0) return;
  rmSync(folder, { recursive: true, force: true });
  throw new Error("no site was written: see the warnings");
}

try {
  await build(resolve(process.argv[2] ?? `${root}/site`));
} catch (error) {
  fail(error);
}
