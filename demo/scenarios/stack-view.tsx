import type { Process, ThreadStack } from "guardpage";
import { PAGE_GUARD } from "guardpage/constants";
import { PAGE_BYTES } from "../session/session.ts";
import { hex, pageText } from "../session/words.ts";
import { Scrolls } from "../view/scrolls.tsx";
import { pageFacts } from "./page-facts.ts";
import "./page-table.css";

interface StackViewProps {
  readonly process: Process;
  readonly stack: ThreadStack;
  /** ESP. */
  readonly top: number;
}

/** The pages of a stack, highest first, as it grows downwards. */
export function StackView({ process, stack, top }: StackViewProps) {
  const { base, deallocationStack } = stack;
  const pages = (base - deallocationStack) / PAGE_BYTES;
  const addresses = Array.from({ length: pages }, (_, index) => base - (index + 1) * PAGE_BYTES);
  return (
    <Scrolls name="Pages of the stack">
      <table class="page-table">
        <thead>
          <tr>
            <th scope="col">Page</th>
            <th scope="col">Used</th>
            <th scope="col">Here</th>
            <th scope="col">VirtualQuery</th>
          </tr>
        </thead>
        <tbody>
          {addresses.map((address) => (
            <StackRow key={address} process={process} stack={stack} top={top} address={address} />
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

function StackRow({ process, stack, top, address }: StackViewProps & { readonly address: number }) {
  const { limit, deallocationStack } = stack;
  const end = address + PAGE_BYTES;
  const usedBytes = Math.min(Math.max(end - top, 0), PAGE_BYTES);
  const facts = pageFacts(process, address);
  const marks = [
    address === limit && "StackLimit",
    address <= top && top < end && "ESP",
    (facts.protect & PAGE_GUARD) !== 0 && "guard",
    address === deallocationStack && "never committed",
  ];
  return (
    <tr>
      <th scope="row" class="fixed">
        {hex(address)}
      </th>
      <td>
        <meter min={0} max={PAGE_BYTES} value={usedBytes} aria-label={`${usedBytes} bytes`} />
      </td>
      <td class="marks">{marks.filter(Boolean).join(", ")}</td>
      <td class="fixed">{pageText(facts)}</td>
    </tr>
  );
}
