/** Writes the hashes that every engine has to give; after a build. */
import { writeFileSync } from "node:fs";
import { fail } from "../../scripts/run.mjs";
import { compileDriver } from "./files.mjs";
import { everyProgram, PROGRAMS, PUBLISHED, SEEDS, STEPS } from "./hashes.mjs";
import { inProcess } from "./javascript.mjs";

async function publish() {
  await compileDriver();
  const hashes = [];
  for (const seed of SEEDS) {
    const orders = everyProgram({ core: "release", kind: 1, seed, steps: STEPS });
    const answers = await inProcess(process.execPath, orders);
    const rows = answers.map(([hash], program) => [PROGRAMS[program], hash]);
    hashes.push([seed, Object.fromEntries(rows)]);
  }
  const text = JSON.stringify({ steps: STEPS, hashes: Object.fromEntries(hashes) }, null, 2);
  writeFileSync(PUBLISHED, `${text}\n`);
}

publish().catch(fail);
