import { Machine, type ProfileName } from "guardpage";
import { PAGE_BYTES, type Session } from "../session/session.ts";
import { sizeText } from "../session/words.ts";

const PROFILES: readonly (readonly [profile: ProfileName, title: string])[] = [
  ["win32", "32 bits, 2 GB"],
  ["win32-3g", "32 bits, 3 GB"],
  ["win32-4g", "32 bits, 4 GB"],
  ["win64-8tb", "64 bits, 8 TB"],
  ["win64", "64 bits, 128 TB"],
];

/** Which machine it is, which of its processes is shown, and what is charged to it. */
export function MachineBar({ session }: { readonly session: Session }) {
  session.changes.value;
  const machine = session.machine.value;
  const process = session.process.value;
  const open = async (profile: ProfileName) => {
    const made = await Machine.create({ profile });
    made.createProcess();
    session.open(made);
  };
  const choose = (id: number) => {
    const chosen = machine.processes.find((each) => each.id === id);
    if (chosen === undefined) return;
    session.process.value = chosen;
    session.changed();
  };
  return (
    <div class="machine-bar">
      <label>
        New machine{" "}
        <select
          value={machine.profile}
          onChange={({ currentTarget }) => open(currentTarget.value as ProfileName)}
        >
          {PROFILES.map(([profile, title]) => (
            <option key={profile} value={profile}>
              {title} ({profile})
            </option>
          ))}
        </select>
      </label>
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
