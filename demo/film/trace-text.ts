/** Longest text that is read, in bytes: far more than any recording that a page can show. */
const TEXT_BYTES_MAXIMUM = 512 * 1024 * 1024;

const GZIP_MAGIC = [0x1f, 0x8b] as const;

/**
 * The text of a trace, packed by gzip or not.
 *
 * @throws Error, TypeError for what is neither
 */
export async function traceText(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const isPacked = GZIP_MAGIC.every((byte, index) => bytes[index] === byte);
  const whole = new Blob([bytes]).stream();
  const stream = isPacked ? whole.pipeThrough(new DecompressionStream("gzip")) : whole;
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    pieces.push(read.value);
    sizeBytes += read.value.length;
    if (sizeBytes > TEXT_BYTES_MAXIMUM) throw new Error("the file is too long to be shown");
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const texts = pieces.map((piece) => decoder.decode(piece, { stream: true }));
  return texts.join("") + decoder.decode();
}
