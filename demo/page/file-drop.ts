import { useEffect } from "preact/hooks";
import type { Session } from "../session/session.ts";

/** A file that is dropped anywhere on the page is opened. */
export function useFileDrop(session: Session): void {
  useEffect(() => {
    const allow = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    const take = (event: DragEvent) => {
      const file = event.dataTransfer?.files[0];
      if (file === undefined) return;
      event.preventDefault();
      session.file.value = file;
      location.hash = "own-file";
    };
    addEventListener("dragover", allow);
    addEventListener("drop", take);
    return () => {
      removeEventListener("dragover", allow);
      removeEventListener("drop", take);
    };
  }, [session]);
}
