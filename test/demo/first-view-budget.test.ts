import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { firstViewBudget } from "../../demo/plugins/first-view-budget.ts";
import { describeWith } from "../setup/tools.ts";
import { DemoBrowser } from "./demo-browser.ts";

interface Chunk {
  readonly bytes: number;
  readonly isEntry?: boolean;
  /** The module that it was made for. */
  readonly facade?: string;
  readonly imports?: readonly string[];
  readonly modules?: readonly string[];
}

/** What the plugin says of a bundle: an error, or the figures. */
function judged(chunks: Readonly<Record<string, Chunk>>): string {
  const said: string[] = [];
  const bundle = Object.entries(chunks).map(([fileName, chunk]) => {
    const { bytes, isEntry = false, facade = null, imports = [], modules = ["/demo/a.ts"] } = chunk;
    const code = "x".repeat(bytes);
    const rest = { type: "chunk", fileName, facadeModuleId: facade, imports, moduleIds: modules };
    return [fileName, { ...rest, isEntry, code }];
  });
  const context = {
    error: (text: string) => {
      throw new Error(text);
    },
    info: (text: string) => said.push(text),
  };
  const { generateBundle } = firstViewBudget(["/first.ts"]);
  const judge = generateBundle as unknown as (options: unknown, bundle: unknown) => void;
  judge.call(context, {}, Object.fromEntries(bundle));
  return said.join();
}

const FIRST = { first: { bytes: 10, facade: "/demo/first.ts" } } as const;

test("the first view is the entry, what it opens at once, and what they import", () => {
  const chunks = {
    ...FIRST,
    main: { bytes: 100, isEntry: true, imports: ["shared"] },
    shared: { bytes: 1_000, imports: ["deeper"] },
    deeper: { bytes: 200 },
    later: { bytes: 500_000 },
  };
  expect(judged(chunks)).toBe("first view: 1310 of 300000 bytes of script");
});

test("modules of WebAssembly do not count, and what is beside them does", () => {
  const main = { bytes: 0, isEntry: true, imports: ["tools", "mixed"] };
  const tools = { bytes: 400_000, modules: ["/build/tools.ts"] };
  const mixed = { bytes: 5, modules: ["/build/core.simd.ts", "/demo/a.ts"] };
  expect(judged({ ...FIRST, main, tools, mixed })).toContain("15 of 300000");
});

test("300 KB are enough, and a byte more ends the build", () => {
  const main = (bytes: number) => ({ ...FIRST, main: { bytes, isEntry: true } });
  expect(judged(main(299_990))).toContain("300000 of 300000");
  expect(() => judged(main(299_991))).toThrow("first view: 300001 of 300000 bytes of script");
});

test("what is said to be opened at once must be a chunk of its own", () => {
  expect(() => judged({ main: { bytes: 1, isEntry: true } })).toThrow("/first.ts");
});

describeWith("chromium", "the first view in Chromium", (program) => {
  test("fetches less than 300 KB of script, but for WebAssembly", async () => {
    const browser = await DemoBrowser.open(program);
    try {
      const { page, fetched } = await browser.page();
      await page.getByText("Step 0.").waitFor();
      const scripts = fetched.filter((path) => path.endsWith(".js"));
      const bytes = scripts
        .map((path) => readFileSync(browser.folder + path, "utf8"))
        .filter((code) => !/^(const|var|let|export) ?\w* ?=? ?[`"']AGFzbQ/.test(code))
        .reduce((sum, code) => sum + Buffer.byteLength(code), 0);
      expect(bytes).toBeGreaterThan(100_000);
      expect(bytes).toBeLessThan(300_000);
    } finally {
      await browser.close();
    }
  });
});
