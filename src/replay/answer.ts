import { hex, type Quantity } from "./numbers.ts";
import {
  type Answer,
  type AnswerRow,
  MEMORY_INFORMATION_FIELDS,
  type MemoryInformation,
  type MemoryInformationText,
  type TraceCall,
} from "./trace.ts";

const ANSWER_FIELDS = [
  "return",
  "oldProtect",
  "value",
  "exception",
  "pages",
  "granularity",
  "lastError",
] as const satisfies readonly (keyof Answer)[];

export function sameAnswer(left: Answer, right: Answer): boolean {
  return ANSWER_FIELDS.every(
    (field) => left[field] === right[field] || jsonOf(left[field]) === jsonOf(right[field]),
  );
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

export function informationText(information: MemoryInformation): MemoryInformationText {
  const text = {} as MemoryInformationText;
  for (const field of MEMORY_INFORMATION_FIELDS) {
    text[field] = hex(information[field]);
  }
  return text;
}

/** A row as it was recorded: "VirtualFree(0x10000, 0x0, 0x8000)". */
export function rowText(row: AnswerRow): string {
  if (row.kind === "call") return callText(row.call);
  return `${row.name}(${row.args.map(String).join(", ")})`;
}

export function callText(call: TraceCall): string {
  return `${call.name}(${(call.args as readonly Quantity[]).map(hex).join(", ")})`;
}

/**
 * What was answered, fields as in "return 0x0, lastError 487"; "done" where there is nothing to
 * tell, "fails" where nothing was answered.
 */
export function answerText(answer: object | null | undefined): string {
  if (answer === null || answer === undefined) return "fails";
  return valueText(answer) || "done";
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(valueText).join(", ")}]`;
  }
  if (typeof value !== "object" || value === null) {
    return String(value);
  }
  return Object.entries(value)
    .map(([name, field]) => {
      const inner = valueText(field);
      return `${name} ${isFields(field) ? `{${inner}}` : inner}`;
    })
    .join(", ");
}

function isFields(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
