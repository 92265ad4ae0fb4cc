interface ControlProps {
  readonly title: string;
  /** There is nothing for it to do. It keeps the focus all the same. */
  readonly isIdle: boolean;
  readonly isMain?: boolean;
  readonly act: () => void;
}

/** A button of the controls of a program. */
export function Control({ title, isIdle, isMain = false, act }: ControlProps) {
  return (
    <button
      type="button"
      class={isMain ? "main" : undefined}
      aria-disabled={isIdle}
      onClick={() => {
        if (!isIdle) act();
      }}
    >
      {title}
    </button>
  );
}
