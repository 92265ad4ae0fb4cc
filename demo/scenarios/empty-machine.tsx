import { useSignal, useSignalEffect } from "@preact/signals";
import { Machine, type ProfileName } from "guardpage";
import type { Session } from "../session/session.ts";
import { addressText } from "../session/words.ts";

const PROFILES: readonly (readonly [profile: ProfileName, title: string])[] = [
  ["win32", "32 bits, 2 GB"],
  ["win32-3g", "32 bits, 3 GB"],
  ["win32-4g", "32 bits, 4 GB"],
  ["win64-8tb", "64 bits, 8 TB"],
  ["win64", "64 bits, 128 TB"],
  ["win9x", "Windows 95 and 98"],
  ["ce5", "Windows CE 5"],
  ["ce6", "Windows CE 6"],
];

/** A machine without a program, for calls of one's own. */
export function EmptyMachine({ session }: { readonly session: Session }) {
  const profile = useSignal<ProfileName>("win32");
  useSignalEffect(() => {
    const chosen = profile.value;
    Machine.create({ profile: chosen }).then((machine) => {
      if (profile.peek() === chosen) session.open(machine);
    });
  });
  const { lowestUserAddress, highestUserAddress } = session.machine.value;
  const text = (address: number) => addressText(address, highestUserAddress);
  return (
    <article class="scenario" data-scenario="empty-machine">
      <h2>An empty machine</h2>
      <p>
        Nothing runs here. Make calls of your own under Call and Console, and look at what they do.
      </p>
      <label>
        Profile{" "}
        <select
          value={profile.value}
          onChange={({ currentTarget }) => {
            profile.value = currentTarget.value as ProfileName;
          }}
        >
          {PROFILES.map(([name, title]) => (
            <option key={name} value={name}>
              {title} ({name})
            </option>
          ))}
        </select>
      </label>
      <p class="quiet">
        A program has the addresses from {text(lowestUserAddress)} to {text(highestUserAddress)}.
      </p>
    </article>
  );
}
