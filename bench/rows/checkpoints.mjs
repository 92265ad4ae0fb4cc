/** A checkpoint of a machine with much memory, and the way back to it. */
import { verify } from "../harness.mjs";
import { medianRun, millisecondsOf, touchedGigabyte, writeEach } from "./gigabyte.mjs";

/** @param {"windowed" | "translated"} space @returns {import("./rows.mjs").Row[]} */
function rowsOf(space) {
  return [
    {
      id: `checkpoint/${space}`,
      title: `checkpoint, 1 GB touched, ${space}`,
      kind: "size",
      unit: "ms",
      async size() {
        const { machine, guest, base } = await touchedGigabyte(space);
        let value = 1;
        const milliseconds = medianRun(() => {
          value += 1;
          guest.memory.setUint32(base, value);
          return millisecondsOf(() => machine.checkpoint());
        });
        machine.rewind(1);
        verify(guest.memory.getUint32(base) === 2, "the first checkpoint has what it had");
        return milliseconds;
      },
    },
    {
      id: `checkpoint/${space}/rewind`,
      title: `rewind of writes to 256 pages, one in 4 MB, ${space}`,
      kind: "size",
      unit: "ms",
      async size() {
        const { machine, guest, base } = await touchedGigabyte(space);
        const checkpoint = machine.checkpoint();
        const milliseconds = medianRun(() => {
          writeEach(guest, base);
          return millisecondsOf(() => machine.rewind(checkpoint));
        });
        verify(guest.memory.getUint32(base) === 1, "what was written is undone");
        return milliseconds;
      },
    },
  ];
}

/** @returns {import("./rows.mjs").Row[]} */
export function checkpointRows() {
  return [...rowsOf("windowed"), ...rowsOf("translated")];
}
