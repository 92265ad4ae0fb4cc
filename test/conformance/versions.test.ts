import { describe, expect, test } from "vitest";
import { MEM_WRITE_WATCH, PAGE_READONLY } from "../../src/constants.ts";
import type { VersionName } from "../../src/index.ts";
import { VERSIONS } from "../../src/profile.ts";
import { createMachine } from "../setup/machine.ts";
import { EXECUTE, touch } from "./support/fault.ts";
import { EVERYWHERE, type Place, rule } from "./support/rule.ts";
import { PAGE, type Scene } from "./support/scene.ts";
import {
  allocates,
  COMMITTED,
  edgesOf,
  expected,
  refused,
  type VersionRow,
} from "./support/versions.ts";
import { strayGuesses, versionsPage } from "./support/versions-page.ts";
import { NAME_ROWS, SWEEPS } from "./versions.rows.ts";
import { CALL_ROWS } from "./versions-calls.rows.ts";
import { MEMORY_ROWS } from "./versions-memory.rows.ts";

/** Table 14.2, and what else goes by the version. */
const VERSION_ROWS = [...CALL_ROWS, ...MEMORY_ROWS];

function holds(scene: Scene, row: VersionRow, version: VersionName): void {
  const name = `${row.rule} ${row.title}: ${version}`;
  expect({ [name]: row.probe(scene) }).toEqual({ [name]: expected(row, version) });
}

// The last version without, and the first with.
for (const row of VERSION_ROWS) {
  const versions = row.answers.length === 1 ? VERSIONS : new Set(edgesOf(row));
  for (const version of versions) {
    rule(row.rule, `${row.title}: ${version}`, (scene) => holds(scene, row, version), {
      on: row.on ?? EVERYWHERE,
      machine: { ...row.machine, version },
    });
  }
}

// All versions between them too, so that a gate in the wrong place is noticed.
for (const sweep of SWEEPS) {
  const { version } = sweep;
  const shown = VERSION_ROWS.filter((row) => expected(row, version) !== undefined);
  for (const place of ["win32 translated", "win64 translated"] satisfies Place[]) {
    for (const privileged of [false, true]) {
      const rows = shown.filter(({ on = [place], machine }) => {
        return on.includes(place) && (machine?.lockMemoryPrivilege ?? false) === privileged;
      });
      rule(
        sweep.rule,
        `${version}, ${privileged ? "with the privilege to lock memory" : "without privileges"}`,
        (scene) => {
          for (const row of rows) holds(scene.another(), row, version);
        },
        {
          on: [place],
          machine: { version, window: false, lockMemoryPrivilege: privileged },
        },
      );
    }
  }
}

describe("names", () => {
  for (const { rule: id, options, ...meant } of NAME_ROWS) {
    test(`${id} ${JSON.stringify(options)}`, async () => {
      const machine = await createMachine(options);
      const { profile, version, dep } = machine.options;
      const { lowestUserAddress: lowest, highestUserAddress: highest } = machine;
      expect({ profile, version, dep, lowest, highest }).toEqual(meant);
    });
  }
});

rule(
  "17.1#2",
  "pages behind the window are reached by translation",
  (scene) => {
    const address = scene.take(0xe0000000, 2 * PAGE) + PAGE - 2;
    scene.memory.setUint32(address, 0x11223344);
    expect(scene.memory.getUint32(address)).toBe(0x11223344);
    expect(scene.process.space).toBe("windowed");
  },
  { on: ["win32-4g windowed"], machine: { version: "winxp" } },
);

rule(
  "17.1#6",
  "Windows CE does not tell executing from reading",
  (scene) => {
    scene.take(0x100000, PAGE, PAGE_READONLY);
    expect(touch(scene, EXECUTE, 0x100000)).toBeNull();
  },
  { on: ["ce5 windowed", "ce6 windowed"] },
);

for (const windows95 of [false, true]) {
  rule(
    "17.1#5",
    windows95 ? "Windows 95 records no writes" : "Windows 98 records writes",
    (scene) => {
      const type = COMMITTED | MEM_WRITE_WATCH;
      const unknown = refused("C00000F3", "2.1#2");
      expect(allocates(scene, { type })).toEqual(windows95 ? unknown : "ok");
    },
    { on: ["win9x windowed"], machine: { windows95 } },
  );
}

test("every row of the table has its place", () => {
  const rows = new Set(VERSION_ROWS.map((row) => row.rule));
  const table = Array.from({ length: 17 }, (_, index) => `14.2#${index + 1}`);
  expect(table.filter((id) => !rows.has(id))).toEqual([]);
  expect(SWEEPS.map(({ version }) => version)).toEqual(VERSIONS);
});

describe("the page about versions", () => {
  test("is up to date", async () => {
    await expect(versionsPage(VERSION_ROWS)).toMatchFileSnapshot("../../docs/versions.md");
  });

  test("names no function that there is not", () => {
    expect(strayGuesses()).toEqual([]);
  });
});
