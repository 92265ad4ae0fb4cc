/** Writes the counting form of the release core, from the text that its optimizer wrote. */
import { readFileSync, writeFileSync } from "node:fs";
import { counted } from "./counted.mjs";
import { fail, root } from "./run.mjs";

try {
  const text = readFileSync(`${root}/build/core.release.wat`, "utf8");
  writeFileSync(`${root}/build/core.counting.wasm`, counted(text));
} catch (error) {
  fail(error);
}
