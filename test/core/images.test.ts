import { beforeEach, describe, expect, test } from "vitest";
import { CONTEXT, MachineCounter, Profile, SpaceKind } from "../../src/wasm/exports.ts";
import { bareCore } from "../setup/machine.ts";

const PAGE = 0x1000;
const FILE = 1;
const DATA_FILE = 2;
const SEC_IMAGE = 0x1000000;
const SEC_COMMIT = 0x8000000;
const STATUS_INVALID_IMAGE_FORMAT = 0xc000007b;

describe("sectionCreateImage", () => {
  let core: ReturnType<typeof bareCore>;
  let context: number;
  let space: number;

  beforeEach(() => {
    core = bareCore();
    core.machineCreateF64(Profile.win64, 7, 0, 1000, 1000, 0, 0);
    context = core.contextCreate();
    space = core.spaceCreate(SpaceKind.Translated, 50, 345);
    core.contextEnter(context, space);
    writeRuns([2, 0x02], [3, 0x20]);
  });

  function writeRuns(...runs: [pages: number, protect: number][]): void {
    const area = new DataView(core.memory.buffer, context + CONTEXT.transfer);
    for (const [index, [pages, protect]] of runs.entries()) {
      area.setBigUint64(index * 16, BigInt(pages), true);
      area.setUint32(index * 16 + 8, protect, true);
    }
  }

  function result(index: number): number {
    return new DataView(core.memory.buffer).getUint32(context + CONTEXT.results + 8 * index, true);
  }

  function create(image: Partial<Record<"file" | "content" | "bytes" | "base" | "runs", number>>) {
    const { file = FILE, content = 0, bytes = 5 * PAGE, base = 0x400000, runs = 2 } = image;
    return (
      core.sectionCreateImageF64(
        context,
        0,
        file,
        content,
        bytes,
        base,
        runs,
        1,
        0,
        2,
        SEC_IMAGE,
      ) >>> 0
    );
  }

  test("takes what is sound", () => {
    expect(create({})).toBe(0);
    expect(core.sectionCounterF64(result(0), 0)).toBe(5 * PAGE);
  });

  test.each([
    ["no file", { file: 0 }],
    ["a base inside a page", { base: 0x400001 }],
    ["a base inside a granule", { base: 0x401000 }],
    ["no bytes", { bytes: 0 }],
    ["more bytes than can be", { bytes: 2 ** 60 }],
    ["longer than its runs", { bytes: 6 * PAGE }],
    ["shorter than its runs", { bytes: 4 * PAGE }],
    ["no runs", { runs: 0 }],
    ["more runs than fit", { runs: 5000 }],
  ])("refuses %s", (_why, image) => {
    expect(create(image)).toBe(STATUS_INVALID_IMAGE_FORMAT);
    expect(core.verifySpace(context, space)).toBe(0);
  });

  test("refuses a protection that is none", () => {
    writeRuns([2, 0x03]);
    expect(create({})).toBe(STATUS_INVALID_IMAGE_FORMAT);
  });

  test("takes a content of its own file alone, and no data for an image", () => {
    expect(create({})).toBe(0);
    const content = result(1);
    expect(create({ content, runs: 0 })).toBe(0);
    expect(result(1)).toBe(content);
    expect(create({ content: result(0) })).toBe(0);
    expect(result(1)).not.toBe(content);
    expect(create({ content, file: DATA_FILE })).toBe(0);
    expect(result(1)).not.toBe(content);
    const file = core.sectionCreateFileF64(context, FILE, content, PAGE, 1, 0, 2, SEC_COMMIT);
    expect(file).toBe(0);
    expect(result(1)).not.toBe(content);
    expect(core.verifySpace(context, space)).toBe(0);
  });

  test("answers for itself when an access has asked before", () => {
    expect(create({})).toBe(0);
    const section = result(0);
    const at = 0x400000;
    expect(core.viewMapF64(context, space, section, 4, -1, 0, 0, 0, 0, 0, -1, 0, 1, 0, 2)).toBe(0);
    expect(core.loadU8F64(context, at)).toBe(0);
    expect(core.requestFieldF64(0)).toBe(4);
    expect(create({ content: result(1), file: DATA_FILE })).toBe(0);
  });

  test("a page that arrives for a section that is gone finds nobody", () => {
    expect(create({})).toBe(0);
    const [section, content] = [result(0), result(1)];
    core.viewMapF64(context, space, section, 4, -1, 0, 0, 0, 0, 0, -1, 0, 1, 0, 2);
    core.loadU8F64(context, 0x400000);
    core.viewUnmapF64(context, space, 0x400000);
    core.sectionClose(section);
    expect(core.contentEnd(content)).toBe(0);
    expect(core.sectionCreateF64(context, PAGE, 4, SEC_COMMIT)).toBe(0);
    core.requestAnswer(core.requestFieldF64(1), 0);
    expect(core.machineCounterF64(MachineCounter.Frames)).toBe(0);
    expect(core.verifySpace(context, space)).toBe(0);
  });
});
