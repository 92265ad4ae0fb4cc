import * as constants from "guardpage/constants";
import { Guest, REGION_PAGES, type Run } from "./guest.ts";

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

function row({ base, sizeBytes, state, protect, type }: Run): HTMLTableRowElement {
  const stateName = STATES[state] ?? hex(state);
  const line = document.createElement("tr");
  line.dataset.state = stateName;
  const cells = [
    hex(base),
    `${sizeBytes / 1024} KB`,
    stateName,
    PROTECTIONS[protect] ?? hex(protect),
    TYPES[type] ?? hex(type),
  ];
  for (const text of cells) line.insertCell().textContent = text;
  line.cells[1]?.classList.add("number");
  return line;
}

const map = byId("map");
const status = byId("status");
const controls = byId<HTMLFormElement>("controls");

let guest = await Guest.create();
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

async function restart(): Promise<void> {
  guest = await Guest.create();
  nextPage = 0;
  show(`Reserved ${REGION_PAGES} pages.`);
}

controls.addEventListener("submit", (event) => {
  event.preventDefault();
  const { value } = event.submitter as HTMLButtonElement;
  if (value === "restart") {
    void restart();
  } else if (value === "random") {
    write(Math.floor(Math.random() * REGION_PAGES));
  } else {
    write(nextPage);
    nextPage = (nextPage + 1) % REGION_PAGES;
  }
});

show(`Reserved ${REGION_PAGES} pages.`);
