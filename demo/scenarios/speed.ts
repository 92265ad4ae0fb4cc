import { signal } from "@preact/signals";

/** Slowly: so that eyes can follow. */
export type Speed = "slowly" | "at once";

/** How scenarios run, until somebody chooses otherwise: it stays when another one is opened. */
export const chosenSpeed = signal<Speed>("slowly");
