import { expect } from "vitest";
import * as constants from "../../src/constants.ts";
import { statusRows } from "./status-map.rows.ts";
import { ON_WIN64, rule } from "./support/rule.ts";

const named = new Map<string, unknown>(Object.entries(constants));

for (const { rule: id, statuses } of statusRows) {
  rule(
    id,
    "names, values and errors",
    ({ ntdll }) => {
      const seen = statuses.map(([name, status]) => {
        return [name, named.get(name), ntdll.RtlNtStatusToDosError(status)];
      });
      expect(seen).toEqual(statuses);
    },
    { on: ON_WIN64 },
  );
}

rule(
  "15#42",
  "a code that has no mapping",
  ({ ntdll }) => {
    for (const status of [0xc0001234, 0xdeadbeef, 0x12345678]) {
      expect(ntdll.RtlNtStatusToDosError(status)).toBe(317);
    }
  },
  { on: ON_WIN64 },
);
