/** Figures as people read them. */

const KILOBYTE = 1024;
const MICROSECOND = 1000;

/** Three digits, or all of them before the point. */
export function digits(/** @type {number} */ value) {
  if (!Number.isFinite(value)) return "-";
  const decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toLocaleString("en", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

const times = (/** @type {number} */ value) => `${digits(value)}x`;

/** @param {number} value @param {import("./run.mjs").Result["unit"]} unit */
export function amount(value, unit) {
  if (unit === "imports") return `${value}`;
  if (unit === "bytes") {
    return value < 10 * KILOBYTE ? `${digits(value)} bytes` : `${digits(value / KILOBYTE)} KB`;
  }
  return unit === "ms" ? `${digits(value)} ms` : `${digits(value)} ns`;
}

/** A figure of a budget. @param {number} value @param {import("./budgets.mjs").Measure} measure */
export function budgetFigure(value, measure) {
  if (measure === "ratio" || measure === "speed") return times(value);
  if (measure === "imports") return value === 0 ? "none" : `${value}`;
  if (measure === "milliseconds") return `${digits(value)} ms`;
  if (measure === "bytes") return `${digits(value / KILOBYTE)} KB`;
  return value < 10 * MICROSECOND ? `${digits(value)} ns` : `${digits(value / MICROSECOND)} us`;
}

/**
 * Lines of a table whose first column is text and whose others are figures.
 *
 * @param {string[][]} rows
 */
export function aligned(rows) {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
