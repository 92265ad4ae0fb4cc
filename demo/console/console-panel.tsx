import { useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { Writer } from "../calls/writer.ts";
import type { Session } from "../session/session.ts";
import { type Console, consoleOf, type Entry } from "./console.ts";
import { OutcomeView } from "./outcome-view.tsx";
import { Prompt } from "./prompt.ts";
import "./console.css";

const EXAMPLES = [
  "base = VirtualAlloc(0, 0x10000, MEM_RESERVE, PAGE_NOACCESS)",
  "memory.getUint8(base)",
  "VirtualAlloc(base, 0x1000, MEM_COMMIT, PAGE_READWRITE); memory.setUint32(base, 42)",
  "VirtualQuery(focus, info = {}); info",
  "for (let page = 1; page < 16; page += 2)\n" +
    "  VirtualAlloc(base + page * 0x1000, 1, MEM_COMMIT, PAGE_READONLY)",
];

const LINES_SHOWN_MAXIMUM = 8;
const CHOICES_SHOWN_MAXIMUM = 24;

/** A log of lines and what came of them, and the line that is being written. */
export function ConsolePanel({ session }: { readonly session: Session }) {
  const own = consoleOf(session);
  return (
    <div class="console">
      <Log own={own} highestUserAddress={session.machine.value.highestUserAddress} />
      <PromptView own={own} />
      <details open>
        <summary>Lines to begin with</summary>
        <ul>
          {EXAMPLES.map((line) => (
            <li key={line}>
              <button type="button" onClick={() => own.put(line)}>
                <code>{line}</code>
              </button>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

interface LogProps {
  readonly own: Console;
  readonly highestUserAddress: number;
}

function Log({ own, highestUserAddress }: LogProps) {
  const log = useRef<HTMLDivElement>(null);
  const entries = own.entries.value;
  useLayoutEffect(() => {
    if (log.current !== null) log.current.scrollTop = log.current.scrollHeight;
  }, [entries]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keys too
    <div class="log scrolls" role="log" aria-label="Log" tabIndex={0} ref={log}>
      {entries.length === 0 && (
        <p class="quiet">
          The names of kernel32 and ntdll, the constants of the headers, machine, process, memory,
          focus and print are there.
        </p>
      )}
      {entries.map((entry) => (
        <EntryView key={entry.number} entry={entry} highestUserAddress={highestUserAddress} />
      ))}
    </div>
  );
}

interface EntryViewProps {
  readonly entry: Entry;
  readonly highestUserAddress: number;
}

function EntryView({ entry, highestUserAddress }: EntryViewProps) {
  if ("printed" in entry) {
    return (
      <pre class="code-line">{new Writer(highestUserAddress).lines(entry.printed).join("\n")}</pre>
    );
  }
  return (
    <div class="entry">
      <pre class="code-line asked">{entry.outcome.line}</pre>
      <OutcomeView outcome={entry.outcome} highestUserAddress={highestUserAddress} />
    </div>
  );
}

function PromptView({ own }: { readonly own: Console }) {
  const prompt = useMemo(() => new Prompt(own), [own]);
  const input = useRef<HTMLTextAreaElement>(null);
  useSignalEffect(() => {
    if (own.puts.value > 0) requestAnimationFrame(() => input.current?.focus());
  });
  const draft = own.draft.value;
  return (
    <div class="prompt">
      <label for="console-line">Line</label>
      <textarea
        id="console-line"
        class="fixed"
        ref={input}
        rows={Math.min(LINES_SHOWN_MAXIMUM, draft.split("\n").length)}
        spellcheck={false}
        autocapitalize="off"
        aria-describedby="console-keys"
        value={draft}
        onInput={({ currentTarget }) => prompt.wrote(currentTarget.value)}
        onKeyDown={(event) => {
          const { key, shiftKey, ctrlKey, metaKey, altKey, isComposing, currentTarget } = event;
          if (shiftKey || ctrlKey || metaKey || altKey || isComposing) return;
          if (prompt.pressed(key, currentTarget)) event.preventDefault();
        }}
      />
      <button type="button" class="main" onClick={() => own.run()}>
        Run
      </button>
      <button type="button" onClick={() => own.clear()}>
        Clear
      </button>
      <Choices names={prompt.choices.value} />
      <p id="console-keys" class="quiet">
        Enter runs, Shift+Enter begins a further line, Up and Down go through the lines before. Tab
        completes a name where there is one; Escape, then Tab leaves.
      </p>
    </div>
  );
}

function Choices({ names }: { readonly names: readonly string[] }) {
  const shown = names.slice(0, CHOICES_SHOWN_MAXIMUM);
  const more = names.length - shown.length;
  return (
    <p class="choices fixed" aria-live="polite">
      {shown.join(" ")}
      {more > 0 && ` and ${more} more`}
    </p>
  );
}
