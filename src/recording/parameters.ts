import { sameBytes } from "./bytes-text.ts";
import { bitsOf, type Encoded, encode, type Names, singleBitsOf } from "./values.ts";

/** A parameter as the program passes it. What is stored for a NaN depends on all of its bits. */
export function encodeParameter(call: string, value: unknown, names: Names): Encoded {
  if (Number.isNaN(value)) {
    return call === "setFloat32"
      ? { f32: singleBitsOf(value as number) }
      : { f64: bitsOf(value as number) };
  }
  return encode(value, names);
}

/** The parameters that are not what they were, by their indices. */
export function changesOf(
  before: readonly Encoded[],
  after: readonly Encoded[],
): Encoded | undefined {
  const changes: Record<string, Encoded> = {};
  for (const [index, value] of after.entries()) {
    const changed = withoutDescriptions(value);
    const old = withoutDescriptions(before[index] ?? null);
    if (JSON.stringify(changed) !== JSON.stringify(old)) changes[index] = changed;
  }
  return Object.keys(changes).length === 0 ? undefined : changes;
}

/** As `changesOf`, of arrays of bytes that the program has filled. */
export function filledOf(
  before: readonly unknown[],
  after: readonly unknown[],
  names: Names,
): Encoded | undefined {
  const changes: Record<string, Encoded> = {};
  for (const [index, bytes] of after.entries()) {
    const old = before[index];
    if (!(bytes instanceof Uint8Array) || !(old instanceof Uint8Array)) continue;
    if (!sameBytes(old, bytes)) changes[index] = encode(bytes, names);
  }
  return Object.keys(changes).length === 0 ? undefined : changes;
}

/** Objects of the program are described where a row has them first. */
export function withoutDescriptions(encoded: Encoded | readonly Encoded[]): Encoded {
  if (typeof encoded !== "object" || encoded === null) return encoded;
  if (Array.isArray(encoded)) return encoded.map(withoutDescriptions);
  const tagged = encoded as Readonly<Record<string, Encoded>>;
  if (tagged.host !== undefined) return { host: tagged.host };
  const entries = Object.entries(tagged);
  return Object.fromEntries(entries.map(([name, each]) => [name, withoutDescriptions(each)]));
}

/** What is in a plain object by now; undefined for everything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isPlain = typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
  return isPlain && Object.getPrototypeOf(value) === Object.prototype ? { ...value } : undefined;
}
