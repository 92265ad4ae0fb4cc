import { CALL_TARGET, flagsCode } from "./flag-set.ts";
import { type Field, flagsText, nameCode, numberCode, type Parameter } from "./parameter.ts";

/** Parameters that are arrays and structures: each of their fields is one of the form. */

function field(label: string, initial: string, hint = ""): Field {
  return { label, kind: "number", initial, hint };
}

/** Numbers, or a name of the console that stands for them. */
export function list(name: string, initial: string, ...preferred: readonly string[]): Parameter {
  const hint = "numbers, or null";
  const fields = [{ label: name, kind: "text", initial, preferred, hint } as const];
  return { name, fields, code: ([text = ""]) => listCode(text, name) };
}

function listCode(text: string, name: string): string {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== "");
  const [first = "", second] = entries;
  if (/^[a-z_$]/i.test(first) && second === undefined) return numberCode(first, name);
  return `[${entries.map((entry) => numberCode(entry, name)).join(", ")}]`;
}

/** One range of bytes, in an array. */
export function ranges(name: string): Parameter {
  const place: Field = { label: "VirtualAddress", kind: "address", initial: "focus" };
  return {
    name,
    fields: [place, field("NumberOfBytes", "0x1000")],
    code: ([at = "", bytes = ""]) => {
      const VirtualAddress = numberCode(at, "VirtualAddress");
      const NumberOfBytes = numberCode(bytes, "NumberOfBytes");
      return `[{ VirtualAddress: ${VirtualAddress}, NumberOfBytes: ${NumberOfBytes} }]`;
    },
  };
}

/** An address that QueryWorkingSetEx is asked about, in an array that gets the answer. */
export function workingSetEntry(name: string): Parameter {
  const place: Field = { label: "VirtualAddress", kind: "address", initial: "focus" };
  return {
    name,
    fields: [place],
    received: "structure",
    code: ([at = ""]) => `${name} = [{ VirtualAddress: ${numberCode(at, name)} }]`,
  };
}

/** One call target, in an array that gets the answer. */
export function callTarget(name: string): Parameter {
  const valid = flagsCode(1, CALL_TARGET);
  return {
    name,
    fields: [
      field("Offset", "0", "bytes from the address"),
      { label: "Flags", kind: { flags: CALL_TARGET }, initial: valid },
    ],
    received: "structure",
    code: ([offset = "", flags = ""]) => {
      const [Offset, Flags] = [numberCode(offset, "Offset"), flagsText(flags, "Flags")];
      return `${name} = [{ Offset: ${Offset}, Flags: ${Flags} }]`;
    },
  };
}

const REQUIREMENTS = ["LowestStartingAddress", "HighestEndingAddress", "Alignment"] as const;

/** Address requirements and a node of memory: those that are empty are not asked for. */
export function extendedParameters(name: string): Parameter {
  const hint = "empty: any";
  const fields = [...REQUIREMENTS, "NumaNode"].map((label) => field(label, "", hint));
  return {
    name,
    fields,
    code: (texts) => {
      const parameters = [requirementsCode(texts), nodeCode(texts[REQUIREMENTS.length])];
      const given = parameters.filter((parameter) => parameter !== undefined);
      return given.length === 0 ? "null" : `[${given.join(", ")}]`;
    },
  };
}

function requirementsCode(texts: readonly string[]): string | undefined {
  const given = REQUIREMENTS.flatMap((name, index) => {
    const text = texts[index] ?? "";
    return text.trim() === "" ? [] : [`${name}: ${numberCode(text, name)}`];
  });
  if (given.length === 0) return undefined;
  return `{ Type: MemExtendedParameterAddressRequirements, Pointer: { ${given.join(", ")} } }`;
}

function nodeCode(text = ""): string | undefined {
  if (text.trim() === "") return undefined;
  return `{ Type: MemExtendedParameterNumaNode, ULong64: ${numberCode(text, "NumaNode")} }`;
}

export function objectAttributes(name: string): Parameter {
  const fields = [
    { label: `${name}.name`, kind: "text", initial: "", hint: "empty: none" } as const,
  ];
  return {
    name,
    fields,
    code: ([text = ""]) => (text === "" ? "null" : `{ name: ${nameCode(text)} }`),
  };
}

/** An array of the host that gets bytes, by its length. */
export function bytesOut(name: string, sizeBytes: string): Parameter {
  const fields = [field(`${name}.length`, sizeBytes, "bytes of an array; it gets them")];
  return {
    name,
    fields,
    received: "structure",
    code: ([length = ""]) => `${name} = new Uint8Array(${numberCode(length, name)})`,
  };
}

/** An array of zeros, by its length. */
export function zeros(name: string, sizeBytes: string): Parameter {
  const fields = [field(`${name}.length`, sizeBytes, "bytes, all 0")];
  return {
    name,
    fields,
    code: ([length = ""]) => `new Uint8Array(${numberCode(length, name)})`,
  };
}

/** A structure whose length the caller sets before. */
export function startedStructure(name: string, lengthField: string, initial: string): Parameter {
  return {
    name,
    fields: [field(`${name}.${lengthField}`, initial, "bytes")],
    received: "structure",
    code: ([length = ""]) => `${name} = { ${lengthField}: ${numberCode(length, lengthField)} }`,
  };
}

/** A file in memory that holds zeros, by its length. */
export function zeroFile(name: string, sizeBytes: string): Parameter {
  const { fields, code } = zeros(name, sizeBytes);
  return { name, fields, code: (texts) => `new MemoryFile({ contents: ${code(texts)} })` };
}

/** Bytes as pairs of digits, or where the guest has them. */
export function bytesIn(name: string, initial: string): Parameter {
  const hint = "bytes as 48 69, or an address as 0x10000";
  const fields = [{ label: name, kind: "text", initial, hint } as const];
  return { name, fields, code: ([text = ""]) => bytesCode(text, name) };
}

function bytesCode(text: string, name: string): string {
  const digits = text.replace(/\s/g, "");
  if (!/^([\da-f]{2})*$/i.test(digits)) return numberCode(text, name);
  const bytes = digits.match(/../g) ?? [];
  return `Uint8Array.of(${bytes.map((byte) => `0x${byte}`).join(", ")})`;
}
