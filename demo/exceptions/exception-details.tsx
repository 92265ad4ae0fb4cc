import { statusText } from "../session/constant-names.ts";
import type { LoggedException } from "../session/exception-log.ts";
import type { Session } from "../session/session.ts";
import { addressText, hex } from "../session/words.ts";
import { endText } from "./exception-text.ts";

interface ExceptionDetailsProps {
  readonly entry: LoggedException;
  readonly session: Session;
}

/** One exception in words: its record, the region, the registers. */
export function ExceptionDetails({ entry, session }: ExceptionDetailsProps) {
  const { number, record, rule, within, fault, registers } = entry;
  const digits = session.machine.value.pointerBytes * 2;
  return (
    <section class="exception-details" aria-label={`Exception ${number}`}>
      <h2>
        #{number} {statusText(record.ExceptionCode)}
      </h2>
      <p>
        {fault ? `${sentence(fault.message)}. ` : ""}
        {sentence(endText(entry))}. {rule !== "" && `Rule ${rule}. `}
        {within !== undefined && `It came up while #${within} was handled.`}
      </p>
      <p class="controls">
        <PlaceButton title="Address" address={fault?.address} session={session} />
        <PlaceButton title="Instruction" address={record.ExceptionAddress} session={session} />
      </p>
      {registers.length > 0 && (
        <dl class="registers fixed">
          {registers.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{hex(value, digits)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

interface PlaceButtonProps {
  readonly title: string;
  readonly address: number | bigint | undefined;
  readonly session: Session;
}

/** Goes to an address, where programs can have memory. */
function PlaceButton({ title, address, session }: PlaceButtonProps) {
  const highest = session.machine.value.highestUserAddress;
  if (address === undefined) return null;
  const isInSpace = address <= highest;
  return (
    <button type="button" disabled={!isInSpace} onClick={() => session.goTo(Number(address))}>
      {title} <span class="fixed">{addressText(address, highest)}</span>
    </button>
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
