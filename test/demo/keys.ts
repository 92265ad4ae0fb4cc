import type { Page } from "playwright-core";

/** A page that is worked by keys alone. */
export class Keys {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Tab to a control of the scenario, or a link, from wherever the focus is. */
  async to(name: string): Promise<void> {
    const scenario = this.#page.locator("[data-scenario]");
    const button = scenario.getByRole("button", { name, exact: true });
    const choice = scenario.getByRole("checkbox", { name });
    const link = this.#page.getByRole("link", { name });
    const speed = scenario.getByRole("combobox", { name });
    const target = await button.or(choice).or(speed).or(link).elementHandle();
    for (let tabs = 0; tabs < 200; tabs += 1) {
      if (await target?.evaluate((element) => element === document.activeElement)) return;
      await this.#page.keyboard.press("Tab");
    }
    throw new Error(`Tab never leads to ${name}`);
  }

  async press(name: string, key: "Enter" | "Space" | "a" = "Enter"): Promise<void> {
    await this.to(name);
    await this.#page.keyboard.press(key);
  }
}
