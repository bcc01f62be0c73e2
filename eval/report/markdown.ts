/** Plain Markdown, of which nothing that was recorded can break out. */

/** A table of rows, the first of which are its heads. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [heads = [], ...rest] = rows;
  return [lineOf(heads), `|${"---|".repeat(heads.length)}`, ...rest.map((row) => lineOf(row)), ""].join("\n");
}

const lineOf = (cells: readonly string[]): string => `| ${cells.map((cell) => cellOf(cell)).join(" | ")} |`;

/** What a run is called was said by others. */
export const cellOf = (text: string): string => text.replaceAll(/[|<>`\p{Cc}\p{Cf}]/gu, "·");
