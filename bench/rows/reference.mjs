/** v86's loop without memory, beside its loops with it: what the rest of an instruction takes. */
import { CALIBRATION } from "../harness.mjs";
import { v86Cases } from "../v86/guest.mjs";

/** @type {import("./rows.mjs").Row[]} */
const ROWS = [
  {
    id: "reference/v86-registers",
    title: "v86: the sequential loop with registers alone",
    kind: "reference",
    prepare: async (host) => {
      const { cases, notes } = await v86Cases(host, "r");
      return { cases: [...cases, CALIBRATION], notes };
    },
  },
];

export const referenceRows = () => ROWS;
