import { NOTHING, NUMBER } from "./answer.ts";
import { type Theme, undecided } from "./call.ts";
import { address, bigint, number, size } from "./parameter.ts";
import { bytesIn } from "./structures.ts";

const place = address("address");
const length = size("length", "16");

/** What a program does with memory: a fault is an answer too. */
export const accesses: Theme = {
  title: "Read, write, execute",
  calls: [
    undecided("memory.getUint8", NUMBER, place),
    undecided("memory.getUint16", NUMBER, place),
    undecided("memory.getUint32", NUMBER, place),
    undecided("memory.getBigUint64", NUMBER, place),
    undecided("memory.setUint8", NOTHING, place, number("value", "1")),
    undecided("memory.setUint16", NOTHING, place, number("value", "1")),
    undecided("memory.setUint32", NOTHING, place, number("value", "1")),
    undecided("memory.setBigUint64", NOTHING, place, bigint("value")),
    undecided("memory.read", NUMBER, place, length),
    undecided("memory.write", NOTHING, place, bytesIn("bytes", "48 65 6c 6c 6f")),
    undecided("memory.fill", NOTHING, place, number("value", "0xcc"), size("length")),
    undecided("memory.copy", NOTHING, address("target"), address("source"), length),
    undecided("memory.fetch", NUMBER, place, size("length", "4")),
  ],
};
