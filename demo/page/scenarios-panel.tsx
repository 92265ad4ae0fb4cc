import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Session } from "../session/session.ts";
import { type Entry, entries, type ScenarioView } from "./entries.ts";

const entryOf = (hash: string): Entry | undefined => {
  return entries.find(({ id }) => `#${id}` === hash) ?? entries[0];
};

/** The list of scenarios, and the one that the page's address names. */
export function ScenariosPanel({ session }: { readonly session: Session }) {
  const entry = useSignal(entryOf(location.hash));
  const loaded = useSignal<{ readonly View: ScenarioView } | undefined>(undefined);
  const failure = useSignal("");
  useEffect(() => {
    const follow = () => {
      entry.value = entryOf(location.hash);
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  useSignalEffect(() => {
    const chosen = entry.value;
    loaded.value = undefined;
    failure.value = "";
    chosen?.load().then(
      (View) => {
        if (entry.peek() === chosen) loaded.value = { View };
      },
      (error) => {
        if (entry.peek() === chosen) failure.value = `It could not be loaded: ${error}`;
      },
    );
  });
  const View = loaded.value?.View;
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
      {View && <View session={session} />}
      <p role="alert">{failure.value}</p>
    </>
  );
}
