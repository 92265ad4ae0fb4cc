import { base64Of, bytesOf } from "../../src/recording/bytes-text.ts";
import { Random } from "../model/random.ts";
import { changedBlindly } from "../setup/damage.ts";

type Json = Record<string, unknown>;
/** A place in a row: what holds it, and its key there. */
type Place = readonly [holder: Json, key: string];

const NUMBERS = [
  ...["0x0", "0x1", "0x2", "0x7", "0xfff", "0x1000", "0x10000", "0x7fffffff", "0x80000000"],
  ...["0xffffffff", "0x100000000", "0x7fffffff0000", "0x1fffffffffffff", "0xffffffffffffffff"],
];
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e300, 4294967296, "", "x", "0x1", "0x", "-0x1", [], {}],
  ...[["0x0"], { text: "x" }, { undefined: true }, { f64: "0x7ff8000000000000" }, { fields: {} }],
  ...[{ bytes: "AAAA" }, { bytes: "?" }, { bigint: "0x1" }, { ref: "machine" }, { opaque: "0x1" }],
  ...[{ ref: "object/1" }, { host: "host/1" }, { host: "host/7", function: true }],
  ...[{ host: "host/8", methods: ["then", "then"], fields: {} }, { symbol: "x" }, { view: "0x1" }],
];
/** What JavaScript has beside what a recording may call. */
const NAMES = [
  ...["constructor", "__proto__", "prototype", "toString", "then", "()", "get constructor"],
  ...["set __proto__", "core", "enter", "machine", "machine/constructor", "process/4/__proto__"],
  ...["machine/core/memory", "process/4/kernel32/constructor", "process/999", "object/1", "host/1"],
];

/** Every place in a row that holds something. */
function placesIn(row: Json): Place[] {
  const places: Place[] = [];
  const holders: Json[] = [row];
  for (let holder = holders.pop(); holder !== undefined; holder = holders.pop()) {
    for (const key of Object.keys(holder)) {
      places.push([holder, key]);
      const value = holder[key];
      if (typeof value === "object" && value !== null) holders.push(value as Json);
    }
  }
  return places;
}

function near(value: unknown, others: readonly unknown[], random: Random): unknown {
  if (typeof value === "string" && /^-?0x[0-9a-f]+$/.test(value)) {
    const number = BigInt(value.replace("-", ""));
    const close = [number + 1n, number ^ 0x1000n, number << 12n, number >> 1n, number + 0x1000n];
    return random.pick([...NUMBERS, ...close.map((each) => `0x${each.toString(16)}`)]);
  }
  if (typeof value === "number") return random.pick([0, 1, -1, value + 1, -value, 2 ** 31, 0.5]);
  if (typeof value === "boolean") return !value;
  const same = others.filter((each) => typeof each === typeof value);
  return same.length === 0 ? null : structuredClone(random.pick(same));
}

type Rows = Json[];

type Changes = readonly ((rows: Rows, random: Random) => void)[];

/** Changes that know what a row is. */
const STRUCTURED: Changes = [
  // A field gets another value of its kind, some of them from another row.
  (rows, random) => {
    const [holder, key] = random.pick(placesIn(random.pick(rows)));
    const others = placesIn(random.pick(rows)).map(([each, name]) => each[name]);
    holder[key] = near(holder[key], others, random);
  },
  // Of another kind.
  (rows, random) => {
    const [holder, key] = random.pick(placesIn(random.pick(rows)));
    holder[key] = structuredClone(random.pick(VALUES));
  },
  // It is left out, or there is one that does not belong.
  (rows, random) => {
    const [holder, key] = random.pick(placesIn(random.pick(rows)));
    const [other, name] = random.pick(placesIn(random.pick(rows)));
    if (random.below(2) === 0) delete holder[key];
    else holder[name] = structuredClone(other[name]);
  },
  // A row is left out, twice there, or in another place.
  (rows, random) => {
    const [row] = rows.splice(random.below(rows.length), 1);
    for (let copies = random.below(3); copies > 0; copies--) {
      rows.splice(random.below(rows.length + 1), 0, structuredClone(row as Json));
    }
  },
  // What a row names is something else.
  (rows, random) => {
    const row = random.pick(rows);
    const names = ["on", "call", "begin", "end", "enter", "callback", "written", "hash", "ref"];
    const places = placesIn(row).filter(([, key]) => names.includes(key));
    const [holder, key] = places.length === 0 ? [row, "call"] : random.pick(places);
    holder[key] = random.pick(NAMES);
  },
  // Attempts of `whenReady`, promises and changes of files that nobody has made.
  (rows, random) => {
    const number = random.pick(NUMBERS);
    const extra: readonly Json[] = [
      { ready: ["0x1", number] },
      { later: number },
      { return: { ref: "object/1" } },
      { out: { [random.pick(NUMBERS)]: random.pick(VALUES) } },
    ];
    Object.assign(random.pick(rows), structuredClone(random.pick(extra)));
  },
  // Bytes are others, or more.
  (rows, random) => {
    const places = rows.flatMap((row) => {
      return placesIn(row).filter(([, key]) => key === "bytes" || key === "snapshot");
    });
    if (places.length === 0) return;
    const [holder, key] = random.pick(places);
    const bytes = bytesOf(String(holder[key])) ?? new Uint8Array(1);
    const length = random.pick([bytes.length, bytes.length * 2, random.below(bytes.length + 1)]);
    const changed = new Uint8Array(length);
    changed.set(bytes.subarray(0, length));
    if (length > 0) changed[random.below(length)] = random.below(256);
    holder[key] = base64Of(changed);
  },
];

/** A file of JSON Lines with one or two changes, each line JSON as before. */
function changedRows(text: string, random: Random, more: Changes): string {
  const lines = text.trimEnd().split("\n");
  const rows: Rows = lines.map((line) => JSON.parse(line));
  for (let changes = 1 + random.below(2); changes > 0; changes--) {
    random.pick([...STRUCTURED, ...more])(rows, random);
  }
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** What a changed file comes to. */
export type Outcome = "refused" | "different" | "passed";

/**
 * How many changed files come to what. Each seed picks a file and changes it, every other one
 * without knowing what is in it.
 */
export async function outcomesOf(
  seeds: { readonly first: number; readonly count: number },
  files: readonly string[],
  attempt: (changed: Uint8Array) => Promise<Outcome>,
  more: Changes = [],
): Promise<Record<Outcome, number>> {
  const outcomes = { refused: 0, different: 0, passed: 0 };
  for (let seed = seeds.first; seed < seeds.first + seeds.count; seed += 1) {
    const random = new Random(seed);
    const original = random.pick(files);
    const changed =
      seed % 2 === 0
        ? changedBlindly(new TextEncoder().encode(original), random)
        : new TextEncoder().encode(changedRows(original, random, more));
    const outcome = await attempt(changed).catch((error) => {
      throw new Error(`SEED=${seed} STEPS=1 fails`, { cause: error });
    });
    outcomes[outcome] += 1;
  }
  return outcomes;
}
