import type { Signal } from "@preact/signals";

interface OmissionProps {
  /** "the handler" */
  readonly what: string;
  readonly omits: Signal<boolean>;
}

/** Whether a program is to run without something, to see it go wrong. */
export function Omission({ what, omits }: OmissionProps) {
  return (
    <label>
      <input
        type="checkbox"
        checked={omits.value}
        onChange={({ currentTarget }) => {
          omits.value = currentTarget.checked;
        }}
      />{" "}
      Without {what}
    </label>
  );
}
