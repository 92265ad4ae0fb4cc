import { hex, type Quantity } from "./numbers.ts";
import {
  type Answer,
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
    (field) => left[field] === right[field] || textOf(left[field]) === textOf(right[field]),
  );
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

export function informationText(information: MemoryInformation): MemoryInformationText {
  const text = {} as MemoryInformationText;
  for (const field of MEMORY_INFORMATION_FIELDS) {
    text[field] = hex(information[field]);
  }
  return text;
}

export function callText(call: TraceCall): string {
  return `${call.name}(${(call.args as readonly Quantity[]).map(hex).join(", ")})`;
}
