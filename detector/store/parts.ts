/** Things asked for in one query; its text stays well below what the server takes. */
const askedMax = 1000;

/** All, so many at a time as one query may ask for. */
export function* parts<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let from = 0; from < all.length; from += askedMax) yield all.slice(from, from + askedMax);
}
