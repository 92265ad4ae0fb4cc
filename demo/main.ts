import * as constants from "guardpage/constants";
import type { MemoryBasicInformation } from "guardpage/kernel32";
import { Guest, REGION_PAGES } from "./guest.ts";

const STATES: Readonly<Record<number, string>> = {
  [constants.MEM_COMMIT]: "committed",
  [constants.MEM_RESERVE]: "reserved",
};
const TYPES: Readonly<Record<number, string>> = {
  [constants.MEM_PRIVATE]: "private",
  [constants.MEM_MAPPED]: "mapped",
  [constants.MEM_IMAGE]: "image",
};
const PROTECTIONS: Readonly<Record<number, string>> = {
  0: "none",
  [constants.PAGE_NOACCESS]: "no access",
  [constants.PAGE_READONLY]: "read",
  [constants.PAGE_READWRITE]: "read, write",
};

const hex = (value: number) => `0x${value.toString(16).padStart(8, "0")}`;

function byId<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element as T;
}

function row(run: MemoryBasicInformation): HTMLTableRowElement {
  const state = STATES[run.State] ?? hex(run.State);
  const line = document.createElement("tr");
  line.dataset.state = state;
  const cells = [
    hex(run.BaseAddress),
    `${run.RegionSize / 1024} KB`,
    state,
    PROTECTIONS[run.Protect] ?? hex(run.Protect),
    TYPES[run.Type] ?? hex(run.Type),
  ];
  for (const text of cells) line.insertCell().textContent = text;
  line.cells[1]?.classList.add("number");
  return line;
}

const map = byId("map");
const status = byId("status");
const controls = byId<HTMLFormElement>("controls");

const guest = await Guest.create();
let nextPage = 0;

function show(text: string): void {
  status.textContent = text;
  map.replaceChildren(...guest.runs().map(row));
}

function write(page: number): void {
  const { address, faults } = guest.write(page);
  show(
    faults === 0
      ? `Wrote to ${hex(address)}; the page was committed before.`
      : `Wrote to ${hex(address)}: access violation, the handler committed the page, written.`,
  );
}

function restart(): void {
  guest.decommit();
  nextPage = 0;
  show("Decommitted all pages; the region stays reserved.");
}

controls.addEventListener("submit", (event) => {
  event.preventDefault();
  const { value } = event.submitter as HTMLButtonElement;
  if (value === "restart") {
    restart();
  } else if (value === "random") {
    write(Math.floor(Math.random() * REGION_PAGES));
  } else {
    write(nextPage);
    nextPage = (nextPage + 1) % REGION_PAGES;
  }
});

show(`Reserved ${REGION_PAGES} pages.`);
