import type { Mnemonic } from "iced-x86";
import type { Execute } from "../cpu.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { BITS } from "./bits.ts";
import { CONDITIONAL } from "./condition.ts";
import { JUMPS } from "./jump.ts";
import { MOVES } from "./move.ts";
import { MULTIPLICATION } from "./multiply.ts";
import { SHIFTS } from "./shift.ts";
import { STACK } from "./stack.ts";
import { STRINGS } from "./string.ts";

/** All that the CPU can do. */
export const INSTRUCTIONS: ReadonlyMap<Mnemonic, Execute> = new Map([
  ...MOVES,
  ...STACK,
  ...ARITHMETIC,
  ...SHIFTS,
  ...BITS,
  ...MULTIPLICATION,
  ...CONDITIONAL,
  ...JUMPS,
  ...STRINGS,
]);
