import { CONTEXT, type CoreExports } from "../../src/wasm/exports.ts";
import { pick } from "../unit/random.ts";
import { writeRuns } from "./adopted-runs.ts";

const PAGE = 0x1000;
const INVALID_HANDLE = 0xc0000008 | 0;
const SECTION_ATTRIBUTES = [0x8000000, 0x4000000, 0x18000000, 0x44000000, 0x8400000, 0];

type Random = (below: number) => number;

/** Numbers that most calls take, and the sections that there are. */
interface Sources {
  address(): number;
  size(): number;
  space(): number;
  protection(): number;
  sections: number[];
}

/** Sections, files, images and requests, by numbers that few programs would pass. */
export function sectionCalls(
  core: CoreExports,
  c: number,
  random: Random,
  { address, size, space, protection, sections }: Sources,
): Record<string, () => unknown> {
  const one = <T>(list: readonly T[]) => pick(list, random);
  const contents: number[] = [];
  const result = (index: number) => {
    return new DataView(core.memory.buffer).getUint32(c + CONTEXT.results + 8 * index, true);
  };
  return {
    sectionCreate: () => {
      if (sections.length > 5) return;
      const bytes = one([1, 0x5000, 0x23456, 0x100000, -1, 2 ** 45]);
      const status = core.sectionCreateF64(c, bytes, protection(), one(SECTION_ATTRIBUTES));
      if (status === 0) sections.push(result(0));
    },
    sectionCreateImage: () => {
      if (sections.length > 5) return;
      const lengths = writeRuns(core, c, random);
      const isMeant = random(3) !== 0;
      const any = <T>(meant: T, ...list: T[]) => (isMeant ? meant : one(list));
      const status = core.sectionCreateImageF64(
        c,
        any(0, 0, 0xc000007b | 0),
        one([1, 2]) * any(1, 1, 0),
        one([0, ...contents, ...sections, 77]),
        any(lengths * PAGE, lengths * PAGE, 0, size()),
        any(0x100000 + random(64) * 0x8000, address()),
        any(3, 2, 0, 9999),
        any(7, 1, 0),
        any(0, PAGE, -1),
        any(2, 0x20, protection()),
        any(one([0x1000000, 0x11000000]), one(SECTION_ATTRIBUTES)),
      );
      if (status !== 0) return;
      sections.push(result(0));
      contents.push(result(1));
    },
    imageMap: () => {
      const section = one([...sections, 77]);
      const base = one([0, 0, 0x100000 + random(64) * 0x8000]);
      return core.viewMapF64(c, space(), section, 0x2f, -1, base, 0, 0, 0, 0, -1, 0, 1, 0, 2);
    },
    sectionCreateFile: () => {
      if (sections.length > 8) return;
      const status = core.sectionCreateFileF64(
        c,
        one([1, 2, 3, 0]),
        one([0, ...contents, ...contents, ...sections, 77]),
        one([0, 0x2800, 0x100000, 2 ** 40]),
        one([7, 7, 1, 3]),
        one([0, 0, 1, 0x2000, 0x23456, 2 ** 50, -1]),
        one([2, 4, 8, 0x40, protection()]),
        one(SECTION_ATTRIBUTES),
      );
      if (status !== 0) return;
      sections.push(result(0));
      contents.push(result(1));
    },
    sectionExtend: () =>
      core.sectionExtendF64(
        c,
        one([...sections, ...contents, INVALID_HANDLE, 77]),
        one([0, 0x10000, 2 ** 45]),
        one([0, 0x5000, 0x40000, 2 ** 44, -1]),
      ),
    contentEnd: () => core.contentEnd(one([...contents, ...sections, 0, 99_999])),
    sectionOpen: () => random(9) === 0 && core.sectionOpen(one([...contents, 77])),
    contentClose: () => core.sectionClose(one([...contents, 77])),
    requestField: () => core.requestFieldF64(random(7)),
    requestAnswer: () =>
      core.requestAnswer(
        core.requestFieldF64(1) + one([0, 0, 0, 1]),
        one([0, 0, 0, 0xc0000185 | 0]),
      ),
    sectionClose: () => sections.length > 3 && core.sectionClose(sections.shift() as number),
  };
}
