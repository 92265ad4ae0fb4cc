import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../setup/tools.ts";
import { DemoBrowser } from "./demo-browser.ts";

describeWith("chromium", "the demo in Chromium", (program) => {
  let browser: DemoBrowser;
  beforeAll(async () => {
    browser = await DemoBrowser.open(program);
  });
  afterAll(() => browser?.close());

  test("opens with the first scenario, and asks nobody else for anything", async () => {
    const { page, complaints } = await browser.page();
    await page.getByRole("heading", { name: "Reserve, then commit from a handler" }).waitFor();
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("As it should be").waitFor();
    expect(complaints).toEqual([]);
  });
});
