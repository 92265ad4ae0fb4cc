import type { Process } from "guardpage";
import { hex, pageText } from "../session/words.ts";
import { Scrolls } from "../view/scrolls.tsx";
import { pageFacts } from "./page-facts.ts";
import "./page-table.css";

export interface PageRow {
  /** "Process 4, .data" */
  readonly name: string;
  readonly process: Process;
  /** 0: it is not there yet. */
  readonly address: number;
  /** What the page holds, put into words. */
  readonly content: () => string;
}

interface PageTableProps {
  readonly name: string;
  readonly rows: readonly PageRow[];
}

/** Pages of several processes side by side, and what Windows says of each. */
export function PageTable({ name, rows }: PageTableProps) {
  return (
    <Scrolls name={name}>
      <table class="page-table">
        <thead>
          <tr>
            <th scope="col">Page</th>
            <th scope="col">Address</th>
            <th scope="col">Content</th>
            <th scope="col">VirtualQuery</th>
            <th scope="col">In memory</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              <PageCells row={row} />
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

function PageCells({ row: { process, address, content } }: { readonly row: PageRow }) {
  if (address === 0) {
    return (
      <td colSpan={4} class="quiet">
        not mapped yet
      </td>
    );
  }
  const facts = pageFacts(process, address);
  const { sharers } = facts;
  return (
    <>
      <td class="fixed">{hex(address)}</td>
      <td class="fixed">{sharers === 0 ? "" : content()}</td>
      <td class="fixed">{pageText(facts)}</td>
      <td>{sharersText(sharers)}</td>
    </>
  );
}

function sharersText(sharers: number): string {
  if (sharers === 0) return "not touched";
  return sharers === 1 ? "its own" : `shared by ${sharers}`;
}
