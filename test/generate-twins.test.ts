import { expect, test } from "vitest";
import { signatures, twin, twinsOf } from "../scripts/generate-twins.mjs";

const only = (source: string) => {
  const [signature] = signatures(source);
  if (signature === undefined) throw new Error("no function was read");
  return twin(signature);
};

test("64-bit parameters and results become doubles by way of i64", () => {
  expect(only("export function size(at: u64, by: i64, n: u32): u64 {")).toBe(
    `export function sizeF64(
  at: f64,
  by: f64,
  n: u32,
): f64 {
  return <f64>size(
    <u64><i64>at,
    <i64>by,
    n,
  );
}
`,
  );
});

test("a stored value and what is loaded keep their bits", () => {
  expect(only("export function storeU64(c: usize, address: u64, value: u64): void {")).toBe(
    `export function storeU64F64(
  c: usize,
  address: f64,
  value: u64,
): void {
  storeU64(
    c,
    <u64><i64>address,
    value,
  );
}
`,
  );
  expect(only("export function loadU64(c: usize, address: u64): u64 {")).toContain(
    "): u64 {\n  return loadU64(",
  );
});

test("functions that would not differ and the slow accessors have no twin", () => {
  expect(only("export function contextCreate(): usize {")).toBe("");
  expect(only("export function windowedLoadU64(c: u32, address: u32): u64 {")).toBe("");
  expect(only("export function windowedStoreU64(c: u32, address: u32, value: u64): void {")).toBe(
    "",
  );
  expect(only("export function loadSlow(c: usize, address: u64, size: u32): u64 {")).toBe("");
  expect(only("export function storeSlow(c: usize, address: u64, value: u64): void {")).toBe("");
});

test("signatures over several lines and with comments are read", () => {
  const source = `/** export function not(this: u64): u64 { */
export function protect(
  context: usize, // of the caller
  base: u64,
): u32 {
}
function inner(base: u64): u64 {`;
  expect(signatures(source)).toEqual([
    {
      name: "protect",
      parameters: [
        { name: "context", type: "usize" },
        { name: "base", type: "u64" },
      ],
      result: "u32",
    },
  ]);
});

test("a signature that cannot be read is an error, not a missing twin", () => {
  expect(() => signatures("export function a(base: u64 = 0): u64 {")).toThrow("a: parameter");
  expect(() => signatures("export function b(base: u64) {")).toThrow("b: cannot read");
});

test("each module's functions are imported from it", () => {
  const text = twinsOf(
    new Map([
      ["services", "export function free(at: u64): u32 {\n}\nexport function none(): u32 {\n}"],
      ["accessors", "export function loadU8(at: u64): u32 {"],
      ["index", 'export * from "./services";'],
    ]),
  );
  expect(text.match(/^import[\s\S]*?;$/gm)).toEqual([
    'import {\n  loadU8,\n} from "./accessors";',
    'import {\n  free,\n} from "./services";',
  ]);
});
