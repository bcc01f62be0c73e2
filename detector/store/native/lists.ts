import type { ActionColumns } from "../../attribute/action-columns.ts";
import { absent } from "../../decode/index.ts";

/** Lists of codes, one for each row to write. */
export interface Lists {
  /** The items of all rows, one row after the other. */
  readonly items: Int32Array;
  /** Where those of each row end. */
  readonly ends: Int32Array;
}

/** No codes. */
export const none: readonly number[] = [];

/** Lists that are told by row. */
export function listsOf(rows: Int32Array, itemsOf: (row: number) => readonly number[]): Lists {
  const all: number[] = [];
  const ends = new Int32Array(rows.length);
  for (let at = 0; at < rows.length; at += 1) {
    const items = itemsOf(rows[at]!);
    for (let nth = 0; nth < items.length; nth += 1) all.push(items[nth]!);
    ends[at] = all.length;
  }
  return { items: Int32Array.from(all), ends };
}

/** The resources of each row, the main one first: three lists that go together. */
export function resourceLists(
  { codes, resources }: ActionColumns,
  rows: Int32Array,
): { readonly ids: Lists; readonly kinds: Lists; readonly origins: Lists } {
  const ids: number[] = [];
  const kinds: number[] = [];
  const origins: number[] = [];
  const ends = new Int32Array(rows.length);
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at]!;
    if (codes.resource[row] !== absent) {
      ids.push(codes.resource[row]!);
      kinds.push(codes.resourceKind[row]!);
      origins.push(codes.resourceOrigin[row]!);
    }
    const further = codes.resources[row] === -1 ? none : resources[codes.resources[row]!]!;
    for (let nth = 0; nth < further.length; nth += 3) {
      ids.push(further[nth]!);
      kinds.push(further[nth + 1]!);
      origins.push(further[nth + 2]!);
    }
    ends[at] = ids.length;
  }
  const lists = (items: readonly number[]): Lists => ({ items: Int32Array.from(items), ends });
  return { ids: lists(ids), kinds: lists(kinds), origins: lists(origins) };
}
