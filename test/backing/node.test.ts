import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NodeFile, NodePageStore } from "../../src/node.ts";
import { bundle } from "../setup/bundle.ts";
import { describeWith } from "../setup/tools.ts";
import type { Outcomes } from "./check.ts";
import { closableFileChecks, fileChecks, fullFileChecks } from "./file-contract.ts";
import { fullPageStoreChecks, pageStoreChecks } from "./page-store-contract.ts";
import { describeChecks, describeOutcomes } from "./suites.ts";

let folder = "";
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "guardpage-files-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The path of a file that is not there. */
const newPath = () => join(folder, `file-${files++}`);

/** The path of a file that holds these bytes. */
function pathOf(...bytes: number[]): string {
  const path = newPath();
  writeFileSync(path, Uint8Array.from(bytes));
  return path;
}

function opened<Subject extends { close(): void }>(subject: Subject) {
  return { subject, close: () => subject.close() };
}

const openFile = () => opened(NodeFile.open(newPath(), { create: true }));

describeChecks("NodeFile", [...fileChecks, ...closableFileChecks], openFile);
describeChecks("NodePageStore", pageStoreChecks, () => opened(NodePageStore.create(newPath())));

describe("NodeFile", () => {
  test("keeps what an existing file holds", () => {
    for (const options of [{}, { create: true }]) {
      const path = pathOf(1, 2, 3);
      const file = NodeFile.open(path, options);
      file.write(1, Uint8Array.of(9));
      expect(file.sizeBytes).toBe(3);
      file.close();
      expect([...readFileSync(path)]).toEqual([1, 9, 3]);
    }
  });

  test("is made only where that was asked for", () => {
    const path = newPath();
    expect(() => NodeFile.open(path)).toThrow("ENOENT");
    expect(() => NodeFile.open(path, { readOnly: true })).toThrow("ENOENT");
    expect(existsSync(path)).toBe(false);
    NodeFile.open(path, { create: true }).close();
    expect(statSync(path).size).toBe(0);
  });

  test("opens by URL too", () => {
    const file = NodeFile.open(pathToFileURL(pathOf(1, 2)));
    expect(file.sizeBytes).toBe(2);
    file.close();
  });

  test("that is read-only refuses what would change it", () => {
    const path = pathOf(1, 2, 3);
    const file = NodeFile.open(path, { readOnly: true });
    const target = new Uint8Array(3);
    expect(file.read(0, target)).toBe(3);
    expect([...target]).toEqual([1, 2, 3]);
    expect(() => file.write(0, target)).toThrow("opened for reading only");
    expect(() => file.resize(0)).toThrow("opened for reading only");
    file.flush();
    file.close();
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
  });

  test("sees that somebody else cut or extended it", () => {
    const path = pathOf(1, 2, 3);
    const file = NodeFile.open(path);
    truncateSync(path, 1);
    expect(file.sizeBytes).toBe(1);
    expect(file.read(1, new Uint8Array(1))).toBe(0);
    truncateSync(path, 5_000);
    expect(file.sizeBytes).toBe(5_000);
    file.close();
  });

  test("reaches beyond 4 GB", () => {
    const path = newPath();
    const file = NodeFile.open(path, { create: true });
    const position = 2 ** 32 + 4_095;
    file.write(position, Uint8Array.of(7, 8));
    expect(file.sizeBytes).toBe(position + 2);
    const target = new Uint8Array(4);
    expect(file.read(position - 1, target)).toBe(3);
    expect([...target]).toEqual([0, 7, 8, 0]);
    file.resize(2 ** 32 + 1);
    expect(file.sizeBytes).toBe(2 ** 32 + 1);
    file.close();
    rmSync(path);
  });

  test("that was closed does not touch the file that took its descriptor", () => {
    const first = NodeFile.open(pathOf(1));
    first.close();
    const path = pathOf(5);
    const second = NodeFile.open(path);
    expect(() => first.write(0, Uint8Array.of(9))).toThrow("the file is closed");
    first.close();
    expect(second.sizeBytes).toBe(1);
    second.close();
    expect([...readFileSync(path)]).toEqual([5]);
  });

  test.each([
    [{ created: true } as never, TypeError, 'no option "created"'],
    [{ create: 1 } as never, TypeError, "create must be true or false"],
    [{ readOnly: "yes" } as never, TypeError, "readOnly must be true or false"],
    [{ create: true, readOnly: true }, RangeError, "create does not go with readOnly"],
  ])("case %#: wrong options are refused with the reason", (options, kind, message) => {
    const path = newPath();
    expect(() => NodeFile.open(path, options)).toThrow(kind);
    expect(() => NodeFile.open(path, options)).toThrow(message);
    expect(existsSync(path)).toBe(false);
  });
});

describe("NodePageStore", () => {
  const page = new Uint8Array(4_096).fill(1);

  test("empties the file that is there", () => {
    const path = pathOf(1, 2, 3);
    const store = NodePageStore.create(path);
    expect(statSync(path).size).toBe(0);
    store.close();
  });

  test("is as long as its highest slot", () => {
    const path = newPath();
    const store = NodePageStore.create(path);
    store.write(2, page);
    store.write(0, page);
    expect(statSync(path).size).toBe(3 * 4_096);
    store.close();
  });

  test("removes its own file, once", () => {
    const path = newPath();
    const store = NodePageStore.create(path);
    store.write(0, page);
    store.close();
    expect(existsSync(path)).toBe(false);
    expect(() => store.read(0, page)).toThrow("the file is closed");
    writeFileSync(path, "of somebody else");
    store.close();
    expect(existsSync(path)).toBe(true);
  });
});

/** Blocks of 512 bytes: 1 MB less a part of a page, so that writes end in the middle. */
const LIMIT_BLOCKS = 2001;

describeWith("sh", "under a limit of the file size", (sh) => {
  let outcomes: { files: Outcomes; stores: Outcomes };
  beforeAll(async () => {
    const modules = await bundle({ full: "test/backing/node-full.ts" });
    for (const [name, text] of modules) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const command = `ulimit -f ${LIMIT_BLOCKS} && exec "$0" "$1"`;
    const args = ["-c", command, process.execPath, join(folder, "full.js")];
    outcomes = JSON.parse(execFileSync(sh, args, { encoding: "utf8" }));
  });

  describeOutcomes("NodeFile without room", fullFileChecks, () => outcomes.files);
  describeOutcomes("NodePageStore without room", fullPageStoreChecks, () => outcomes.stores);
});
