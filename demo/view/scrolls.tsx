import type { ComponentChildren } from "preact";

interface ScrollsProps {
  readonly name: string;
  readonly children: ComponentChildren;
}

/** What may be wider than the page: it scrolls by itself, by keys too. */
export function Scrolls({ name, children }: ScrollsProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll what has the focus
    <section class="scrolls" aria-label={name} tabIndex={0}>
      {children}
    </section>
  );
}
