import { PAGE_BYTES, type Session } from "../session/session.ts";
import { sizeText } from "../session/words.ts";
import { SaveState } from "./save-state.tsx";

/** Which machine it is, which of its processes is shown, and what is charged to that. */
export function MachineBar({ session }: { readonly session: Session }) {
  session.changes.value;
  const machine = session.machine.value;
  const process = session.process.value;
  const choose = (id: number) => {
    const chosen = machine.processes.find((each) => each.id === id);
    if (chosen === undefined) return;
    session.process.value = chosen;
    session.changed();
  };
  return (
    <div class="machine-bar">
      <span>{machine.profile}</span>
      <label>
        Process{" "}
        <select
          value={process.id}
          onChange={({ currentTarget }) => choose(Number(currentTarget.value))}
        >
          {machine.processes.map(({ id }) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        onClick={() => {
          session.process.value = machine.createProcess();
          session.changed();
        }}
      >
        New process
      </button>
      <SaveState session={session} />
      <span class="quiet">{process.exited ? "ended" : chargeText(session)}</span>
    </div>
  );
}

function chargeText({ process }: Session): string {
  const { commitCharge, residentPages } = process.value.counters;
  const [committed, resident] = [commitCharge, residentPages].map((pages) => {
    return sizeText(pages * PAGE_BYTES);
  });
  return `${committed} committed, ${resident} resident`;
}
