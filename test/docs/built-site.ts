/** The site as `npm run docs:build` writes it, in a folder of the tests. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { root } from "../setup/tree.ts";
import type { Site } from "./site-rules.ts";

export const folder = `${root}/build/test-site`;

/** @throws Error with what the generator printed, where it has a warning */
export function buildSite(): Site {
  execFileSync(process.execPath, [`${root}/scripts/site/main.mjs`, folder], { stdio: "pipe" });
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = paths.filter((path) => statSync(`${folder}/${path}`).isFile());
  return new Map(files.map((path) => [path, readFileSync(`${folder}/${path}`, "utf8")]));
}
