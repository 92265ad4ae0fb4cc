import { beforeAll, describe, expect, test } from "vitest";
import { releaseText } from "./compile.ts";

let text: string;

beforeAll(async () => {
  text = await releaseText();
});

/** Text of the function that the core exports under this name. */
function body(name: string): string {
  const target = new RegExp(`\\(export "${name}" \\(func (\\S+?)\\)\\)`).exec(text)?.[1];
  if (target === undefined) throw new Error(`no export ${name}`);
  const start = text.indexOf(`(func ${target} `);
  return text.slice(start, text.indexOf("\n (func ", start + 1));
}

const calls = (name: string) => body(name).match(/\bcall \$/g)?.length ?? 0;

/**
 * What decides the cost of an accessor is what stands beside its fast path. Everything but the
 * check and the access is one call, out of the way.
 */
describe("compiled accessors call nothing but the slow path", () => {
  const loads = ["U8", "I8", "U16", "I16", "U32", "I32", "U64", "F32", "F64"];
  const stores = ["U8", "U16", "U32", "U64", "F32", "F64"];

  test.each([
    ...loads.flatMap((type) => [`load${type}`, `windowedLoad${type}`]),
    ...stores.flatMap((type) => [`store${type}`, `windowedStore${type}`]),
  ])("%s", (name) => {
    expect(calls(name)).toBe(1);
  });

  test("the check would notice a second call", () => {
    expect(calls("spaceCreate")).toBeGreaterThan(1);
  });
});
