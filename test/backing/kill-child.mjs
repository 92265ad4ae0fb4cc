/**
 * Writes through a view of a file until it is killed: numbers from a seeded generator, and a flush
 * now and then. Says "flushing N" before a flush and "flushed N" after it, N being the number of
 * writes so far.
 *
 * Arguments: path, seed, pages
 */
import { writeSync } from "node:fs";
import { Machine } from "guardpage";
import { PAGE_READWRITE } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { NodeFile } from "guardpage/node";
import { writesFrom } from "./kill-writes.mjs";

const FILE_MAP_WRITE = 2;
const STDOUT = 1;

const [path = "", seed = "", pages = ""] = process.argv.slice(2);
const machine = await Machine.create({ profile: "win64" });
const guest = machine.createProcess();
const { CreateFileMapping, MapViewOfFile, FlushViewOfFile } = kernel32(guest);
const file = guest.openFile(NodeFile.open(path));
const section = CreateFileMapping(file, null, PAGE_READWRITE, 0, 0, null);
const view = Number(MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0));

let count = 0;
for (const { position, value, flushes } of writesFrom(Number(seed), Number(pages))) {
  guest.memory.setUint32(view + position, value);
  count += 1;
  if (!flushes) continue;
  writeSync(STDOUT, `flushing ${count}\n`);
  if (FlushViewOfFile(view, 0) === 0) throw new Error("the flush failed");
  writeSync(STDOUT, `flushed ${count}\n`);
}
