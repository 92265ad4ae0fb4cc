import { addressOf } from "../session/address-expression.ts";
import { protectionText, stateText, typeText } from "../session/words.ts";
import type { Region } from "./region.ts";

export interface Found {
  readonly regions: readonly Region[];
  /** Words of the search that no region matches. */
  readonly unmatched: readonly string[];
}

/**
 * Regions that match every word of a search: an address that lies in them, or a part of the name of
 * a state, a type or a protection that they have.
 */
export function search(regions: readonly Region[], text: string): Found {
  const words = text.split(/[\s,|]+/).filter((word) => word !== "");
  if (words.length === 0) return { regions, unmatched: [] };
  const texts = new RegionTexts();
  const tests = words.map((word) => {
    const address = addressOf(word);
    const part = word.toUpperCase();
    return (region: Region) => isWithin(region, address) || texts.of(region).includes(part);
  });
  return {
    regions: regions.filter((region) => tests.every((test) => test(region))),
    unmatched: words.filter((_, index) => !regions.some((region) => tests[index]?.(region))),
  };
}

function isWithin({ base, sizeBytes }: Region, address: number | undefined): boolean {
  return address !== undefined && address >= base && address < base + sizeBytes;
}

/** The names that a region can be found by. Few regions differ in them, so each is made once. */
class RegionTexts {
  readonly #texts = new Map<string, string>();

  of({ states, type, allocationProtect, protections }: Region): string {
    const key = `${states} ${type} ${allocationProtect} ${protections.join()}`;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const parts = [stateText(states), typeText(type), protectionText(allocationProtect)];
    const text = [...parts, ...protections.map(protectionText)].join(" ");
    this.#texts.set(key, text);
    return text;
  }
}
