import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../setup/tools.ts";
import { DemoBrowser } from "./demo-browser.ts";

describeWith("chromium", "the guest CPU in Chromium", (program) => {
  let browser: DemoBrowser;
  beforeAll(async () => {
    browser = await DemoBrowser.open(program);
  });
  afterAll(() => browser?.close());

  test("fetches its decoder from its own origin, runs, and shows the exception", async () => {
    const { page, complaints, fetched } = await browser.page("#guest-cpu");
    const registers = page.getByRole("table", { name: "Registers", exact: true });
    await registers.waitFor();
    expect(fetched.filter((path) => path.endsWith(".wasm"))).toHaveLength(1);

    await page.getByRole("button", { name: "Step", exact: true }).click();
    const changed = registers.getByRole("row", { name: "EAX 0x0040108c 0x00000000" });
    await changed.waitFor();
    await page.getByRole("button", { name: "Back" }).click();
    await registers.getByRole("row", { name: "EAX 0x00000000 same" }).waitFor();

    await page.getByLabel("Speed").selectOption("At once");
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("As it should be").waitFor();
    const exception = page.getByRole("table", { name: "The last exception" });
    await exception.getByRole("row", { name: "ExceptionInformation[0] 0x8" }).waitFor();
    await exception.getByRole("row", { name: "Eip 0x00120000" }).waitFor();
    expect(complaints).toEqual([]);
  });
});
