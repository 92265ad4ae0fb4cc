import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Session } from "../session/session.ts";
import { type Entry, entries } from "./entries.ts";

const entryOf = (hash: string): Entry | undefined => {
  return entries.find(({ id }) => `#${id}` === hash) ?? entries[0];
};

/** The list of scenarios, and the one that the page's address names. */
export function ScenariosPanel({ session }: { readonly session: Session }) {
  const entry = useSignal(entryOf(location.hash));
  useEffect(() => {
    const follow = () => {
      entry.value = entryOf(location.hash);
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const { id, View } = entry.value ?? {};
  return (
    <>
      <nav class="scenario-list" aria-label="Scenarios">
        <ul>
          {entries.map((each) => (
            <li key={each.id}>
              <a href={`#${each.id}`} aria-current={each === entry.value ? "true" : undefined}>
                {each.title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {View && <View key={id} session={session} />}
    </>
  );
}
