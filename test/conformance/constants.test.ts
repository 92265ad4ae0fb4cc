import { expect } from "vitest";
import * as constants from "../../src/constants.ts";
import { constantTables } from "./constants.rows.ts";
import { ON_WIN64, rule } from "./support/rule.ts";

const named = new Map<string, unknown>(Object.entries(constants));

for (const { rule: id, values } of constantTables) {
  rule(
    id,
    "names and values",
    () => {
      const exported = Object.keys(values).map((name) => [name, named.get(name)]);
      expect(Object.fromEntries(exported)).toEqual(values);
    },
    { on: ON_WIN64 },
  );
}
