/** A text as ClickHouse's SQL writes it; safe for any content. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n").replaceAll("\0", "\\0")}'`;
}
