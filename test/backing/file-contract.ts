import { DiskFull, type FileBacking } from "../../src/file-backing.ts";
import { type Check, fails, numbers, pattern, same } from "./check.ts";

const UNTOUCHED = 0xaa;

/** `count` bytes at `position`, all of which have to be there. */
function bytesAt(file: FileBacking, position: number, count: number): Uint8Array {
  const target = new Uint8Array(count).fill(UNTOUCHED);
  same(file.read(position, target), count, `bytes read at ${position}`);
  return target;
}

/** All of the file. */
function contents(file: FileBacking): Uint8Array {
  return bytesAt(file, 0, file.sizeBytes);
}

function zeros(count: number): Uint8Array {
  return new Uint8Array(count);
}

/** What every file does. Each check gets a new, empty file. */
export const fileChecks: readonly Check<FileBacking>[] = [
  {
    name: "a new file is empty",
    run(file) {
      same(file.sizeBytes, 0, "size");
    },
  },
  {
    name: "what was written is read back",
    run(file) {
      file.write(0, pattern(10_000, 1));
      same(file.sizeBytes, 10_000, "size");
      same(contents(file), pattern(10_000, 1), "contents");
      same(bytesAt(file, 4_095, 3), pattern(10_000, 1).subarray(4_095, 4_098), "part");
    },
  },
  {
    name: "a write changes nothing around it",
    run(file) {
      file.write(0, pattern(9_000, 1));
      file.write(4_000, pattern(500, 2));
      const expected = pattern(9_000, 1);
      expected.set(pattern(500, 2), 4_000);
      same(file.sizeBytes, 9_000, "size");
      same(contents(file), expected, "contents");
    },
  },
  {
    name: "a write over the end makes the file longer",
    run(file) {
      file.write(0, pattern(100, 1));
      file.write(90, pattern(50, 2));
      same(file.sizeBytes, 140, "size");
      same(bytesAt(file, 0, 90), pattern(100, 1).subarray(0, 90), "before");
      same(bytesAt(file, 90, 50), pattern(50, 2), "written");
    },
  },
  {
    name: "a write beyond the end fills the gap with zeros",
    run(file) {
      file.write(0, pattern(10, 1));
      file.write(70_000, pattern(10, 2));
      same(file.sizeBytes, 70_010, "size");
      same(bytesAt(file, 0, 10), pattern(10, 1), "before");
      same(bytesAt(file, 10, 69_990), zeros(69_990), "gap");
      same(bytesAt(file, 70_000, 10), pattern(10, 2), "written");
    },
  },
  {
    name: "nothing is read at the end and beyond it",
    run(file) {
      file.write(0, pattern(100, 1));
      for (const position of [100, 101, 5_000, 2 ** 32 + 5, 2 ** 40]) {
        const target = new Uint8Array(20).fill(UNTOUCHED);
        same(file.read(position, target), 0, `bytes read at ${position}`);
        same(target, new Uint8Array(20).fill(UNTOUCHED), `target at ${position}`);
      }
      same(file.sizeBytes, 100, "size");
    },
  },
  {
    name: "a read over the end leaves the rest of the target as it is",
    run(file) {
      file.write(0, pattern(100, 1));
      const target = new Uint8Array(4_096).fill(UNTOUCHED);
      same(file.read(60, target), 40, "bytes read");
      same(target.subarray(0, 40), pattern(100, 1).subarray(60), "what is there");
      same(target.subarray(40), new Uint8Array(4_056).fill(UNTOUCHED), "the rest");
    },
  },
  {
    name: "writing and reading no bytes does nothing",
    run(file) {
      file.write(50, new Uint8Array(0));
      same(file.sizeBytes, 0, "size of the empty file");
      file.write(0, pattern(10, 1));
      file.write(5, new Uint8Array(0));
      file.write(500, new Uint8Array(0));
      same(file.read(5, new Uint8Array(0)), 0, "bytes read");
      same(contents(file), pattern(10, 1), "contents");
    },
  },
  {
    name: "resize cuts",
    run(file) {
      file.write(0, pattern(9_000, 1));
      file.resize(5_000);
      same(file.sizeBytes, 5_000, "size");
      same(contents(file), pattern(9_000, 1).subarray(0, 5_000), "contents");
      same(file.read(5_000, new Uint8Array(1)), 0, "bytes read at the end");
      file.resize(0);
      same(file.sizeBytes, 0, "size at last");
    },
  },
  {
    name: "resize grows with zeros",
    run(file) {
      file.resize(5_000);
      same(contents(file), zeros(5_000), "from nothing");
      file.write(4_990, pattern(10, 1));
      file.resize(20_000);
      same(file.sizeBytes, 20_000, "size");
      same(bytesAt(file, 4_990, 10), pattern(10, 1), "before");
      same(bytesAt(file, 5_000, 15_000), zeros(15_000), "after");
    },
  },
  {
    name: "what was cut off does not come back",
    run(file) {
      file.write(0, pattern(9_000, 1));
      file.resize(100);
      file.resize(9_000);
      same(bytesAt(file, 100, 8_900), zeros(8_900), "after growing");
      file.write(0, pattern(9_000, 1));
      file.resize(100);
      file.write(8_000, pattern(10, 2));
      same(bytesAt(file, 100, 7_900), zeros(7_900), "after a write beyond the end");
    },
  },
  {
    name: "resize to the size that it has changes nothing",
    run(file) {
      file.write(0, pattern(5_000, 1));
      file.resize(5_000);
      same(contents(file), pattern(5_000, 1), "contents");
    },
  },
  {
    name: "parts of larger buffers are read and written, and nothing beside them",
    run(file) {
      const source = pattern(1_000, 1);
      file.write(3, source.subarray(200, 300));
      same(file.sizeBytes, 103, "size");
      const buffer = new Uint8Array(1_000).fill(UNTOUCHED);
      same(file.read(3, buffer.subarray(500, 600)), 100, "bytes read");
      const expected = new Uint8Array(1_000).fill(UNTOUCHED);
      expected.set(source.subarray(200, 300), 500);
      same(buffer, expected, "buffer");
      same(source, pattern(1_000, 1), "source");
    },
  },
  {
    name: "views of WebAssembly memory are read and written",
    run(file) {
      for (const shared of [false, true]) {
        const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared });
        const view = new Uint8Array(memory.buffer, 4_096, 4_096);
        view.set(pattern(4_096, 1));
        file.write(100, view);
        view.fill(0);
        same(file.read(100, view), 4_096, `bytes read, shared ${shared}`);
        same(view, pattern(4_096, 1), `view, shared ${shared}`);
      }
    },
  },
  {
    name: "the file does not hold on to what it was given",
    run(file) {
      const bytes = pattern(100, 1);
      file.write(0, bytes);
      bytes.fill(0);
      same(contents(file), pattern(100, 1), "after the source was changed");
      contents(file).fill(0);
      same(contents(file), pattern(100, 1), "after what was read was changed");
    },
  },
  {
    name: "flush changes nothing that is read",
    run(file) {
      file.flush();
      file.write(0, pattern(5_000, 1));
      file.flush();
      same(contents(file), pattern(5_000, 1), "contents");
    },
  },
  {
    name: "a megabyte goes in one piece",
    run(file) {
      const bytes = pattern(1_048_579, 3);
      file.write(1, bytes);
      same(file.sizeBytes, 1_048_580, "size");
      same(bytesAt(file, 1, bytes.length), bytes, "contents");
    },
  },
  {
    name: "what is no position, size or array of bytes is refused and changes nothing",
    async run(file) {
      file.write(0, pattern(10, 1));
      const one = new Uint8Array(1);
      for (const position of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
        await fails(() => file.read(position, one), RangeError, `read at ${position}`);
        await fails(() => file.write(position, one), RangeError, `write at ${position}`);
        await fails(() => file.resize(position), RangeError, `resize to ${position}`);
      }
      const last = Number.MAX_SAFE_INTEGER;
      await fails(() => file.read(last, one), RangeError, "read over the last position");
      await fails(() => file.write(last, one), RangeError, "write over the last position");
      for (const wrong of ["0", 0n, null, undefined] as never[]) {
        await fails(() => file.read(wrong, one), TypeError, `read at ${wrong}`);
        await fails(() => file.write(wrong, one), TypeError, `write at ${wrong}`);
        await fails(() => file.resize(wrong), TypeError, `resize to ${wrong}`);
      }
      for (const wrong of [[1], new ArrayBuffer(1), new Uint16Array(1), "1", null] as never[]) {
        await fails(() => file.read(0, wrong), TypeError, "read into no array of bytes");
        await fails(() => file.write(0, wrong), TypeError, "write of no array of bytes");
      }
      same(contents(file), pattern(10, 1), "contents");
    },
  },
  {
    name: "a random program finds what an array would hold",
    run(file) {
      const random = numbers(20_251);
      let expected: number[] = [];
      const grow = (size: number) => {
        while (expected.length < size) expected.push(0);
      };
      for (let step = 0; step < 400; step++) {
        const position = random(6_000);
        const count = random(3_000);
        if (step % 9 === 8) {
          file.resize(position);
          expected = expected.slice(0, position);
          grow(position);
        } else if (count > 0) {
          const source = pattern(count, step);
          file.write(position, source);
          grow(position);
          expected.splice(position, count, ...source);
        }
        same(file.sizeBytes, expected.length, `size after step ${step}`);
        if (step % 10 === 0) same(contents(file), expected, `contents after step ${step}`);
      }
      same(contents(file), expected, "contents at last");
    },
  },
];

/** What files do that can be closed. */
export const closableFileChecks: readonly Check<FileBacking>[] = [
  {
    name: "a closed file throws at every use",
    async run(file) {
      file.write(0, pattern(10, 1));
      file.close?.();
      const bytes = new Uint8Array(1);
      await fails(() => file.sizeBytes, Error, "sizeBytes");
      await fails(() => file.read(0, bytes), Error, "read");
      await fails(() => file.write(0, bytes), Error, "write");
      await fails(() => file.write(0, new Uint8Array(0)), Error, "write of nothing");
      await fails(() => file.resize(5), Error, "resize");
      await fails(() => file.flush(), Error, "flush");
    },
  },
  {
    name: "a file may be closed twice",
    run(file) {
      file.close?.();
      file.close?.();
    },
  },
];

/** More than fits where the checks below run. */
const TOO_MANY_BYTES = 16 << 20;

/** What files do when there is no room. Each file is new and has room for 64 KB, not for 16 MB. */
export const fullFileChecks: readonly Check<FileBacking>[] = [
  {
    name: "a write without room throws DiskFull and leaves the file as long as it was",
    async run(file) {
      file.write(0, pattern(5_000, 1));
      const many = new Uint8Array(TOO_MANY_BYTES);
      await fails(() => file.write(4_096, many), DiskFull, "write");
      same(file.sizeBytes, 5_000, "size");
      same(bytesAt(file, 0, 4_096), pattern(5_000, 1).subarray(0, 4_096), "before the write");
    },
  },
  {
    name: "a resize without room throws DiskFull and changes nothing",
    async run(file) {
      file.write(0, pattern(5_000, 1));
      await fails(() => file.resize(TOO_MANY_BYTES), DiskFull, "resize");
      same(file.sizeBytes, 5_000, "size");
      same(contents(file), pattern(5_000, 1), "contents");
    },
  },
  {
    name: "what fits is written after a write that did not fit",
    async run(file) {
      await fails(() => file.write(0, new Uint8Array(TOO_MANY_BYTES)), DiskFull, "write");
      same(file.sizeBytes, 0, "size after the failure");
      file.write(0, pattern(65_536, 1));
      file.write(1_000, pattern(1_000, 2));
      file.resize(60_000);
      file.flush();
      same(file.sizeBytes, 60_000, "size");
      same(bytesAt(file, 0, 1_000), pattern(65_536, 1).subarray(0, 1_000), "first write");
      same(bytesAt(file, 1_000, 1_000), pattern(1_000, 2), "second write");
    },
  },
  {
    name: "a file that is full can be cut, and grows again",
    async run(file) {
      const part = pattern(65_536, 1);
      const fill = () => {
        while (file.sizeBytes < TOO_MANY_BYTES) file.write(file.sizeBytes, part);
      };
      await fails(fill, DiskFull, "filling");
      const fullBytes = file.sizeBytes;
      same(fullBytes % part.length, 0, "bytes of an unfinished part");
      file.resize(fullBytes - part.length);
      file.write(file.sizeBytes, part);
      same(file.sizeBytes, fullBytes, "size");
      same(bytesAt(file, fullBytes - part.length, part.length), part, "last part");
    },
  },
];
