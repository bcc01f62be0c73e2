/** How far somebody has been told: the next places in both logs. */
export interface Cursor {
  readonly control: number;
  readonly standings: number;
}

/** `c17.s3` */
export function cursorText({ control, standings }: Cursor): string {
  return `c${String(control)}.s${String(standings)}`;
}

/** Reads what a client noted; undefined for anything that we never wrote. */
export function readCursor(text: string | undefined): Cursor | undefined {
  const found = /^c(?<control>\d{1,15})\.s(?<standings>\d{1,15})$/u.exec(text ?? "")?.groups;
  if (found === undefined) return undefined;
  return { control: Number(found["control"]), standings: Number(found["standings"]) };
}

/** Whether `one` has been told all that `other` has. */
export function reaches(one: Cursor, other: Cursor): boolean {
  return one.control >= other.control && one.standings >= other.standings;
}
