/** Programs in a process of Node.js or bun: orders come, figures go. */
import { readFileSync } from "node:fs";
import { pathsOf } from "./files.mjs";
import { runProgram } from "./program.mjs";

const answers = [];
for (const order of JSON.parse(process.argv[2] ?? "[]")) {
  const { core, tools, driver } = pathsOf(order.core);
  const modules = {
    core: readFileSync(core),
    tools: readFileSync(tools),
    driver: readFileSync(driver),
  };
  answers.push(await runProgram(modules, order));
}
process.stdout.write(JSON.stringify(answers));
