import { MEM_COMMIT, MEM_FREE, MEM_RESERVE, PAGE, PAGE_NOACCESS } from "./constants.ts";
import { Protections } from "./protect.ts";
import { roundDown } from "./range.ts";
import { committedPages, pageOf, type Region, type RegionKind, runAt, typeOf } from "./region.ts";
import type { Answer, CallOptions } from "./space.ts";
import { INVALID_ADDRESS, INVALID_PARAMETER, PROCESS_IS_TERMINATING, SUCCESS } from "./status.ts";

/** MEMORY_BASIC_INFORMATION. */
export interface BasicInformation {
  BaseAddress: number;
  AllocationBase: number;
  AllocationProtect: number;
  RegionSize: number;
  State: number;
  Protect: number;
  Type: number;
}

/** MEMORY_REGION_INFORMATION, as far as it is not constant. */
export interface RegionInformation {
  AllocationBase: number;
  AllocationProtect: number;
  Flags: number;
  RegionSize: number;
  CommitSize: number;
}

const REGION_FLAG: Record<RegionKind, number> = {
  private: 1,
  awe: 1,
  large: 1,
  placeholder: 1,
  "shared-data": 1,
  "file view": 2,
  image: 4,
  "pagefile view": 8,
};

/** Sections 3.5 and 17.9. */
export class Queries extends Protections {
  query(address: number, options: CallOptions = {}): Answer & { info?: BasicInformation } {
    const refusal = this.refuseQuery(address, options, "3.5");
    if (refusal !== null) return refusal;
    return { status: SUCCESS, rule: "3.5", info: this.informationAt(address) };
  }

  /** Class 3. */
  queryRegion(address: number, options: CallOptions = {}): Answer & { info?: RegionInformation } {
    const refusal = this.refuseQuery(address, options, "17.9");
    if (refusal !== null) return refusal;
    const region = this.regionAt(address);
    if (region === null) return { status: INVALID_ADDRESS, rule: "17.9#6" };
    const info = {
      AllocationBase: region.base,
      AllocationProtect: region.allocationProtect,
      Flags: this.settings.regionFlags === "zero" ? 0 : REGION_FLAG[region.kind],
      RegionSize: region.size,
      CommitSize: this.commitPagesOf(region) * PAGE,
    };
    return { status: SUCCESS, rule: "17.9", info };
  }

  /** Every run from the first address to the last, as a program walks them. */
  walk(from: number, to: number): BasicInformation[] {
    const runs: BasicInformation[] = [];
    for (let at = from; at <= Math.min(to, this.layout.highestUser); ) {
      const info = this.informationAt(at);
      runs.push(info);
      at = info.BaseAddress + info.RegionSize;
    }
    return runs;
  }

  private refuseQuery(address: number, options: CallOptions, rule: string): Answer | null {
    if (address > this.layout.highestUser) return { status: INVALID_PARAMETER, rule };
    const handle = this.handleFailure(options);
    if (handle !== SUCCESS) return { status: handle, rule };
    if (this.exited) return { status: PROCESS_IS_TERMINATING, rule };
    return null;
  }

  private informationAt(address: number): BasicInformation {
    const BaseAddress = roundDown(address, PAGE);
    const region = this.regionAt(address);
    if (region === null) return this.freeAt(BaseAddress);
    const run = runAt(region, pageOf(address));
    const committed = run.protect !== 0;
    return {
      BaseAddress,
      AllocationBase: region.base,
      AllocationProtect: region.allocationProtect,
      RegionSize: (run.last + 1) * PAGE - BaseAddress,
      State: committed ? MEM_COMMIT : MEM_RESERVE,
      // Reserved pages show 0, but those beside KUSER_SHARED_DATA show NOACCESS (1.2).
      Protect: committed || region.kind !== "shared-data" ? run.protect : PAGE_NOACCESS,
      Type: typeOf(region),
    };
  }

  private freeAt(BaseAddress: number): BasicInformation {
    let end = this.layout.highestUser + 1;
    for (const region of [...this.regions].reverse()) {
      if (region.base > BaseAddress) end = region.base;
    }
    return {
      BaseAddress,
      AllocationBase: 0,
      AllocationProtect: 0,
      RegionSize: end - BaseAddress,
      State: MEM_FREE,
      Protect: PAGE_NOACCESS,
      Type: 0,
    };
  }

  private commitPagesOf(region: Region): number {
    if (typeOf(region) === typeOf({ ...region, kind: "private" })) return committedPages(region);
    return this.ownPages(region);
  }
}
