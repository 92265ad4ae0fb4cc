import { CONTEXT, type CoreExports } from "../../src/wasm/exports.ts";
import { pick } from "../unit/random.ts";

const PAGE = 0x1000;
const WINDOW_TYPE = 0x402000;
const PAGE_READWRITE = 4;

/** Numbers that most calls take. */
interface Sources {
  address(): number;
  near(): number;
  pointer(): number;
  size(): number;
  space(): number;
}

/** Frames of AWE and offers, by numbers that few programs would pass. */
export function aweCalls(
  core: CoreExports,
  context: number,
  random: (below: number) => number,
  { address, near, pointer, size, space }: Sources,
): Record<string, () => unknown> {
  const one = <T>(list: readonly T[]) => pick(list, random);
  const frames: number[] = [];
  const count = () => one([0, 1, 1, 2, 3, 9, size()]);
  const page = () => Math.floor(near() / PAGE) * PAGE;
  const transfer = () => new DataView(core.memory.buffer, context + CONTEXT.transfer);
  const list = (pairs: number) => {
    const area = transfer();
    for (let i = 0; i < pairs; i++) {
      area.setBigUint64(i * 16, BigInt(random(6) === 0 ? Math.max(0, address()) : page()), true);
      const frame = frames.length === 0 || random(8) === 0 ? random(3) * 0x100001 : one(frames);
      area.setBigUint64(i * 16 + 8, BigInt(frame), true);
    }
    return core.userPagesList(context, one([0, 0, 0, 1, 99]), one([pairs, pairs, pairs, 5000]));
  };
  const listed = (call: (pairs: number) => number) => {
    const pairs = random(5);
    list(pairs);
    return call(pairs);
  };

  return {
    windowMake: () =>
      core.allocateF64(
        context,
        space(),
        -1,
        one([0, page()]),
        0,
        -1,
        one([PAGE, 0x20000]),
        WINDOW_TYPE,
        PAGE_READWRITE,
      ),
    pagesAllocate: () => {
      const asked = one([0, 1, 2, 5]);
      if (core.userPagesAllocateF64(context, space(), -1, asked, -1) !== 0) return;
      for (let i = 0; i < asked; i++) frames.push(Number(transfer().getBigUint64(i * 8, true)));
      frames.splice(0, frames.length - 40);
    },
    pagesAllocateByPointers: () =>
      core.userPagesAllocateF64(context, space(), pointer(), random(40), address()),
    pagesFree: () =>
      core.userPagesFreeF64(context, space(), pointer(), count(), one([0, -1, address()])),
    pagesFreeListed: () =>
      listed((pairs) => core.userPagesFreeF64(context, space(), -1, pairs, -1)),
    pagesMap: () =>
      core.userPagesMapF64(context, one([page(), address()]), count(), one([0, -1, address()])),
    pagesMapListed: () => listed((pairs) => core.userPagesMapF64(context, page(), pairs, -1)),
    pagesScatter: () =>
      core.userPagesScatterF64(context, pointer(), count(), one([0, -1, address()])),
    pagesScatterListed: () =>
      listed((pairs) => core.userPagesScatterF64(context, -1, pairs, one([-1, -1, 0, address()]))),
    offer: () => core.offerPagesF64(context, one([page(), address()]), size(), random(6)),
    offerPage: () => core.offerPagesF64(context, page(), PAGE, 1),
    reclaim: () => core.reclaimPagesF64(context, one([page(), address()]), size()),
    discard: () => core.discardPagesF64(context, one([page(), address()]), size()),
  };
}
