/** One group of rows in a process of its own, of Node.js or bun: an order comes, results go. */
import { readFile } from "node:fs/promises";
import { runGroup } from "../run.mjs";

const [, , order = "{}"] = process.argv;
const root = new URL("../../", import.meta.url);
const results = await runGroup(JSON.parse(order), {
  file: async (path) => new Uint8Array(await readFile(new URL(path, root))),
});
// v86 would keep the process alive.
process.stdout.write(JSON.stringify(results), () => process.exit());
