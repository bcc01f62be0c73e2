import type { Dictionary, SpanRow } from "../decode/index.ts";
import type { ActionColumns } from "./action-columns.ts";
import { ByCode, pairOf } from "./by-code.ts";
import type { Clippers } from "./clipper.ts";
import type { Attributor } from "./table.ts";

/** Hops of a delegation path; of a longer one the first and the last are kept. */
const hopsMax = 32;

/** Compiles what finds a span's delegation path, root first and ending in the identity that acts: its index in `paths`. */
export function compilePath(
  { names }: Attributor,
  clip: Clippers,
): (row: SpanRow, identity: number, columns: ActionColumns) => number {
  const at = names.placeOf("nhi.chain");
  const paths = new ByCode<number>();
  return ({ codes, dictionary }, identity, columns) => {
    const list = codes[at]!;
    const key = pairOf(dictionary.solid(list), identity);
    return (
      paths.get(dictionary, key) ??
      paths.set(key, columns.paths.push(newPath(dictionary, list, identity, clip)) - 1)
    );
  };
}

function newPath(dictionary: Dictionary, list: number, identity: number, clip: Clippers): readonly number[] {
  const chain = dictionary.listOf(list);
  const last = chain.at(-1);
  const endsHere = last !== undefined && dictionary.text(last) === dictionary.text(identity);
  const path = endsHere ? chain : [...chain, identity];
  const bounded = path.length <= hopsMax ? path : [...path.slice(0, 1), ...path.slice(1 - hopsMax)];
  return bounded.map((hop) => clip.hop(dictionary, hop));
}
