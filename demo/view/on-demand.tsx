import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";

/** A component that is fetched when it is first drawn: the first view does not wait for it. */
export function onDemand<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  return function OnDemand(props: Props) {
    const loaded = useSignal<{ readonly View: ComponentType<Props> } | undefined>(undefined);
    const failure = useSignal("");
    useEffect(() => {
      load().then(
        (View) => {
          loaded.value = { View };
        },
        (error) => {
          failure.value = `It could not be loaded: ${error}`;
        },
      );
    }, []);
    if (failure.value !== "") return <p role="alert">{failure.value}</p>;
    const View = loaded.value?.View;
    return View === undefined ? null : <View {...props} />;
  };
}
