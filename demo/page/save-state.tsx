import type { Session } from "../session/session.ts";

/** Saves a snapshot of the machine as a file, for later, or for `guardpage diff`. */
export function SaveState({ session }: { readonly session: Session }) {
  const save = () => {
    const machine = session.machine.value;
    const url = URL.createObjectURL(new Blob([machine.snapshot()]));
    const link = document.createElement("a");
    link.href = url;
    link.download = `guardpage-${machine.hash()}.snapshot`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <button type="button" onClick={save}>
      Save the state
    </button>
  );
}
