import { contextOf } from "../cpu/context.ts";
import { disassemble } from "../cpu/disassembly.ts";
import type { Emulator, EmulatorState } from "../cpu/emulator.ts";
import { Flag } from "../cpu/flags.ts";
import type { CpuState } from "../cpu/state.ts";
import { statusText } from "../session/constant-names.ts";
import { bytesText, hex } from "../session/words.ts";

const LISTED_INSTRUCTIONS = 8;

const REGISTERS = ["Eax", "Ebx", "Ecx", "Edx", "Esi", "Edi", "Ebp", "Esp", "Eip"] as const;

const FLAGS = [
  ["CF", Flag.carry],
  ["PF", Flag.parity],
  ["AF", Flag.auxiliary],
  ["ZF", Flag.zero],
  ["SF", Flag.sign],
  ["DF", Flag.direction],
  ["OF", Flag.overflow],
] as const;

interface GuestCpuPanelProps {
  readonly emulator: Emulator;
  /** Registers before the last step. */
  readonly before: CpuState;
}

/** The processor: registers and flags, what comes next, and the last exception. */
export function GuestCpuPanel({ emulator, before }: GuestCpuPanelProps) {
  const { cpu, lastException } = emulator.state;
  return (
    <section class="guest-cpu" aria-label="Processor">
      <ChangeTable caption="Registers" now={registersOf(cpu)} before={registersOf(before)} />
      <ChangeTable caption="Flags" now={flagsOf(cpu)} before={flagsOf(before)} />
      <Listing emulator={emulator} />
      {lastException && <LastException exception={lastException} />}
    </section>
  );
}

type Values = readonly (readonly [name: string, value: string])[];

function registersOf(cpu: CpuState): Values {
  const context = contextOf(cpu);
  return REGISTERS.map((name) => [name.toUpperCase(), hex(context[name], 8)]);
}

function flagsOf({ eflags }: CpuState): Values {
  return FLAGS.map(([name, flag]) => [name, (eflags & flag) === 0 ? "0" : "1"]);
}

interface ChangeTableProps {
  readonly caption: string;
  readonly now: Values;
  /** The same names, in the same order. */
  readonly before: Values;
}

function ChangeTable({ caption, now, before }: ChangeTableProps) {
  return (
    <table class="changes">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
          <th scope="col">Before the step</th>
        </tr>
      </thead>
      <tbody>
        {now.map(([name, value], index) => {
          const earlier = before[index]?.[1];
          const isChanged = value !== earlier;
          return (
            <tr key={name} class={isChanged ? "changed" : undefined}>
              <th scope="row">{name}</th>
              <td>{value}</td>
              <td>{isChanged ? earlier : "same"}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Listing({ emulator }: { readonly emulator: Emulator }) {
  const { calls, process, state } = emulator;
  const lines = disassemble(process, state.cpu.eip, LISTED_INSTRUCTIONS);
  if (calls !== undefined || lines.length === 0) {
    return <p class="next">Next: {calls ?? "nothing that could be executed"}</p>;
  }
  return (
    <table class="listing">
      <caption>Instructions, from the next one on</caption>
      <thead>
        <tr>
          <th scope="col">Address</th>
          <th scope="col">Bytes</th>
          <th scope="col">Instruction</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ address, bytes, text }, index) => (
          <tr key={address} aria-current={index === 0 ? "step" : undefined}>
            <th scope="row">{hex(address, 8)}</th>
            <td>{bytesText(bytes)}</td>
            <td>{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface LastExceptionProps {
  readonly exception: NonNullable<EmulatorState["lastException"]>;
}

function LastException({ exception: { record, context } }: LastExceptionProps) {
  const fields = [
    ["ExceptionCode", statusText(record.ExceptionCode)],
    ["ExceptionAddress", hex(record.ExceptionAddress, 8)],
    ...record.ExceptionInformation.map((value, index) => {
      return [`ExceptionInformation[${index}]`, hex(value)];
    }),
    ...REGISTERS.map((name) => [name, hex(context[name], 8)]),
    ["EFlags", hex(context.EFlags, 8)],
  ];
  return (
    <table class="exception">
      <caption>The last exception, as its handler is told of it</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
