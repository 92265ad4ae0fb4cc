import type { MapView } from "./map-view.ts";

/** What keys do, by `KeyboardEvent.key`. */
export type Keys = Readonly<Record<string, () => void>>;

/** The keys that the strip and the grid have in common. */
export function commonKeys(view: MapView): Keys {
  return {
    "+": () => view.zoomIn(),
    "=": () => view.zoomIn(),
    "-": () => view.zoomOut(),
    "0": () => view.showAll(),
    Enter: () => view.zoomToRegion(),
    n: () => view.moveToNextRun(),
    p: () => view.moveToPreviousRun(),
  };
}

/** Answers a key press by one of the keys; leaves those of the browser alone. */
export function pressed(keys: Keys, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const name = event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key;
  const action = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (action === undefined) return;
  event.preventDefault();
  action();
}
