/** The name among `names` that was probably meant, or undefined when none is near. */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  const bare = plain(wrong);
  // A third of the word may be wrong, and never more than three letters: further off, a suggestion is a riddle.
  let best = Math.min(3, Math.floor(bare.length / 3)) + 1;
  let found: string | undefined;
  for (const name of names) {
    const away = distance(bare, plain(name));
    if (away >= best) continue;
    best = away;
    found = name;
  }
  return found;
}

/** Case and separators are the commonest difference and count for nothing: `in_flight_bytes_max` is `inFlightBytesMax`. */
function plain(name: string): string {
  return name.replaceAll(/[_-]/gu, "").toLowerCase().slice(0, 64);
}

/** How many letters must be added, left out or changed (Levenshtein), one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
