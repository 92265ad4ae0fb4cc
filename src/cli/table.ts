export interface Column {
  readonly title: string;
  /**
   * Characters, without what stands between columns. A longer cell moves what follows; it is never
   * cut.
   */
  readonly width: number;
  readonly align: "left" | "right";
}

/** Rows under a line of titles, in columns of fixed width. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  const titles = columns.map((column) => column.title);
  return [titles, ...rows].map((cells) => {
    const line = columns.map(({ width, align }, index) => {
      const cell = cells[index] ?? "";
      // Numbers stand at the right and rarely fill their column, so one space before it is enough.
      return align === "left" ? `  ${cell.padEnd(width)}` : ` ${cell.padStart(width)}`;
    });
    return line.join("").slice(LEFT_MARGIN).trimEnd();
  });
}

/** The first column, which is at the left, has nothing before it. */
const LEFT_MARGIN = 2;
