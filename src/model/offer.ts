import { PAGE, PAGE_READWRITE } from "./constants.ts";
import { committedIn, endOf, pageOf, type Region, runsIn } from "./region.ts";
import type { Answer } from "./space.ts";
import {
  CONFLICTING_ADDRESSES,
  DEVICE_BUSY,
  INVALID_PAGE_PROTECTION,
  INVALID_PARAMETER,
  SUCCESS,
} from "./status.ts";
import { UserPages } from "./user-pages.ts";

type OfferCall = "offer" | "reclaim" | "discard";

const RULES: Record<OfferCall, string> = { offer: "9#1", reclaim: "9#2", discard: "9#3" };

/** Sections 9 and 17.16, as far as they are about offers. */
export class Offers extends UserPages {
  offer(address: number, size: number, priority: number): Answer {
    const rule = RULES.offer;
    if (priority < 1 || priority > 4) return { status: INVALID_PARAMETER, rule };
    const refusal = this.refuseOffer("offer", address, size);
    if (refusal !== null) return refusal;
    for (let page = pageOf(address); page < pageOf(address + size); page += 1) {
      Object.assign(this.factsAt(page), { offered: true, locked: false, resident: false });
    }
    return { status: SUCCESS, rule };
  }

  reclaim(address: number, size: number): Answer {
    const rule = RULES.reclaim;
    const refusal = this.refuseOffer("reclaim", address, size);
    if (refusal !== null) return refusal;
    let status = SUCCESS;
    for (const page of this.knownPages(pageOf(address), pageOf(address + size) - 1)) {
      const facts = this.factsAt(page);
      if (facts.offered && facts.lost) status = DEVICE_BUSY;
      facts.offered = false;
    }
    return { status, rule };
  }

  discard(address: number, size: number): Answer {
    const rule = RULES.discard;
    const refusal = this.refuseOffer("discard", address, size);
    if (refusal !== null) return refusal;
    const [first, last] = [pageOf(address), pageOf(address + size) - 1];
    if (this.anyOffered(first, last)) return { status: CONFLICTING_ADDRESSES, rule: "17.16#2" };
    const known = this.knownPages(first, last);
    if (known.some((page) => this.factsAt(page).locked)) return { status: INVALID_PARAMETER, rule };
    const isPrivate = this.regionAt(address)?.kind === "private";
    for (let page = first; page <= last; page += 1) {
      if (isPrivate) {
        if (this.facts.has(page)) this.dropContent(page);
        continue;
      }
      this.makeSole(page);
      this.contentOf(page)?.fill(0);
    }
    return { status: SUCCESS, rule };
  }

  protected dropContent(page: number): void {
    Object.assign(this.factsAt(page), { bytes: null, resident: false, lost: false });
  }

  private refuseOffer(call: OfferCall, address: number, size: number): Answer | null {
    const rule = RULES[call];
    const { highestUser } = this.layout;
    const whole = address % PAGE === 0 && size % PAGE === 0 && address > 0 && size > 0;
    if (!whole || address > highestUser || size > highestUser + 1 - address) {
      return { status: INVALID_PARAMETER, rule };
    }
    const region = this.regionAt(address);
    const conflict = { status: CONFLICTING_ADDRESSES, rule };
    if (region === null || address + size > endOf(region)) return conflict;
    if (!this.allowsOffer(call, region)) return conflict;
    const [first, last] = [pageOf(address), pageOf(address + size) - 1];
    if (committedIn(region, first, last) !== last - first + 1) return conflict;
    if (call === "reclaim") return null;
    const plain = runsIn(region, first, last).every(({ protect }) => protect === PAGE_READWRITE);
    return plain ? null : { status: INVALID_PAGE_PROTECTION, rule };
  }

  private allowsOffer(call: OfferCall, { kind }: Region): boolean {
    if (call === "reclaim" || kind === "private" || kind === "shared-data") return true;
    return call === "discard" && kind === "pagefile view";
  }
}
