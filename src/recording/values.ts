import { base64Of, bytesOf, sumOf } from "./bytes-text.ts";

/**
 * A value in a row. Whole numbers from 0 on are hexadecimal text, as in the first version of the
 * format; what JSON has no word for is an object with one field that says what it is.
 */
export type Encoded =
  | null
  | boolean
  | number
  | string
  | readonly Encoded[]
  | { readonly [tag: string]: Encoded };

/** What objects mean in a row that are no plain data: undefined for those that are. */
export type Names = (value: object) => Encoded | undefined;

/** What an object of a row means that names something; `undefined` where it has no such name. */
export type Objects = (encoded: Readonly<Record<string, Encoded>>) => object | undefined;

const HEX = /^-?0x[0-9a-f]+$/;

export function encode(value: unknown, names: Names): Encoded {
  switch (typeof value) {
    case "number":
      return encodeNumber(value);
    case "bigint":
      return { bigint: hexOf(value) };
    case "string":
      return { text: value };
    case "boolean":
      return value;
    case "symbol":
      return { symbol: value.description ?? "" };
    case "object":
    case "function":
      return value === null ? null : encodeObject(value, names);
    default:
      return { undefined: true };
  }
}

function encodeNumber(value: number): Encoded {
  if (Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)) return hexOf(value);
  return Number.isFinite(value) && !Object.is(value, -0) ? value : { f64: bitsOf(value) };
}

/** The bits of a double. */
export function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return hexOf(view.getBigUint64(0));
}

/** The bits of a single. */
export function singleBitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return hexOf(view.getUint32(0));
}

export function hexOf(value: number | bigint): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

function encodeObject(value: object, names: Names): Encoded {
  const named = names(value);
  if (named !== undefined) return named;
  if (value instanceof Uint8Array) return { bytes: base64Of(value) };
  if (Array.isArray(value)) return value.map((item) => encode(item, names));
  const fields = Object.entries(value).map(([name, field]) => [name, encode(field, names)]);
  return { fields: Object.fromEntries(fields) };
}

/** Bytes that are compared and not kept. */
export function encodeSum(bytes: Uint8Array): Encoded {
  return { sum: hexOf(sumOf(bytes)), length: bytes.length };
}

/** @throws RangeError that says what is wrong with it */
export function decode(encoded: Encoded, objects: Objects): unknown {
  if (encoded === null || typeof encoded === "boolean" || typeof encoded === "number") {
    return encoded;
  }
  if (typeof encoded === "string") {
    if (!HEX.test(encoded)) throw new RangeError(`"${encoded}" is not a hexadecimal number`);
    return Number(encoded);
  }
  if (Array.isArray(encoded)) return encoded.map((item: Encoded) => decode(item, objects));
  const tagged = encoded as Readonly<Record<string, Encoded>>;
  return objects(tagged) ?? decodeTagged(tagged, objects);
}

function decodeTagged(tagged: Readonly<Record<string, Encoded>>, objects: Objects): unknown {
  const [tag = "nothing"] = Object.keys(tagged);
  const inner = tagged[tag];
  switch (tag) {
    case "undefined":
      return undefined;
    case "text":
      if (typeof inner === "string") return inner;
      break;
    case "symbol":
      return Symbol(String(inner));
    case "bigint":
      return bigintOf(inner);
    case "f64": {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, bigintOf(inner));
      return view.getFloat64(0);
    }
    case "f32": {
      const view = new DataView(new ArrayBuffer(4));
      view.setUint32(0, Number(bigintOf(inner)));
      return view.getFloat32(0);
    }
    case "bytes": {
      const bytes = typeof inner === "string" ? bytesOf(inner) : undefined;
      if (bytes !== undefined) return bytes;
      throw new RangeError('"bytes" must be base64');
    }
    case "fields":
      if (typeof inner === "object" && inner !== null) return decodeFields(inner, objects);
      break;
  }
  throw new RangeError(`${JSON.stringify(tagged).slice(0, 80)} is not a value`);
}

function decodeFields(fields: object, objects: Objects): object {
  const entries = Object.entries(fields as Record<string, Encoded>);
  return Object.fromEntries(entries.map(([name, field]) => [name, decode(field, objects)]));
}

function bigintOf(text: Encoded | undefined): bigint {
  if (typeof text !== "string" || !HEX.test(text)) {
    throw new RangeError(`${JSON.stringify(text)} is not a hexadecimal number`);
  }
  return text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text);
}
