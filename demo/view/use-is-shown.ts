import { type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Whether an element is in view: not in the tab of another panel, not scrolled away. */
export function useIsShown(place: RefObject<Element>): Signal<boolean> {
  const isShown = useSignal(false);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new IntersectionObserver((entries) => {
      isShown.value = entries.at(-1)?.isIntersecting ?? false;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return isShown;
}
