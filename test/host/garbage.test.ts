import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { root } from "../setup/tree.ts";

/** A number that is boxed for a call takes 16; an object with one field 32. */
const BOXED_BYTES = 20;
/** The bigint that the core gives, and the one without a sign. */
const BIGINT_BYTES = 30;
const CALL_BYTES = 1000;
const VIEW_BYTES = 300;
const NEW_SPACE_MEGABYTES = 128;

const output = execFileSync(
  process.execPath,
  [
    `--min-semi-space-size=${NEW_SPACE_MEGABYTES}`,
    `--max-semi-space-size=${NEW_SPACE_MEGABYTES}`,
    `${root}/test/host/garbage-child.mjs`,
  ],
  { encoding: "utf8" },
);
const measured = Object.entries(JSON.parse(output) as Record<string, number>);
const bytesOf = (pattern: RegExp) => measured.filter(([name]) => pattern.test(name));

test("an access to integers makes no garbage, wherever it goes", () => {
  const found = bytesOf(/ (Uint8|Int16|Uint32|Int32)$/);
  expect(found).toHaveLength(24);
  expect(found.filter(([, bytes]) => bytes > 1)).toEqual([]);
});

test("one to floats makes no object", () => {
  const found = bytesOf(/ Float(32|64)$/);
  expect(found).toHaveLength(12);
  expect(found.filter(([, bytes]) => bytes > BOXED_BYTES)).toEqual([]);
});

test("one to bigints makes no object but its bigint", () => {
  const found = bytesOf(/ BigUint64$/);
  expect(found).toHaveLength(6);
  expect(found.filter(([, bytes]) => bytes > BIGINT_BYTES)).toEqual([]);
});

test("operations on bytes make as much for many pages as for one", () => {
  const found = bytesOf(/(windowed .*|copy|fill|read|write) 1$|(windowed .*|copy|fill) 64$/);
  expect(found).toHaveLength(14);
  expect(found.filter(([, bytes]) => bytes > CALL_BYTES)).toEqual([]);
});

test("reading and writing where pages do not lie together takes a view of each", () => {
  const found = bytesOf(/translated (read|write) 64$/);
  expect(found).toHaveLength(2);
  expect(found.filter(([, bytes]) => bytes > 64 * VIEW_BYTES)).toEqual([]);
});
