import { absent, type Dictionary, type SpanRow } from "../decode/index.ts";
import type { ActionColumns } from "./action-columns.ts";
import { ByCode, pairOf } from "./by-code.ts";
import type { Clippers } from "./clipper.ts";
import type { Attributor } from "./table.ts";

/** Hops of a delegation path; of a longer one the first and the last are kept. */
const hopsMax = 32;

/**
 * Compiles what finds a span's delegation path, root first and ending in the identity that acts: its index in `paths`. A last
 * hop that is the identity claimed in vain (`contradicted`, `absent` for none) is the sender under its false name, and left out.
 */
export function compilePath(
  { names }: Attributor,
  clip: Clippers,
): (row: SpanRow, identity: number, contradicted: number, columns: ActionColumns) => number {
  const at = names.placeOf("nhi.chain");
  const paths = new ByCode<number>();
  return ({ codes, dictionary }, identity, contradicted, columns) => {
    const list = codes[at]!;
    if (contradicted !== absent) {
      const hops = withoutLast(dictionary, dictionary.listOf(list), contradicted);
      return columns.paths.push(newPath(dictionary, hops, identity, clip)) - 1;
    }
    const key = pairOf(dictionary.solid(list), identity);
    return (
      paths.get(dictionary, key) ??
      paths.set(key, columns.paths.push(newPath(dictionary, dictionary.listOf(list), identity, clip)) - 1)
    );
  };
}

function newPath(
  dictionary: Dictionary,
  chain: readonly number[],
  identity: number,
  clip: Clippers,
): readonly number[] {
  const path = endsWith(dictionary, chain, identity) ? chain : [...chain, identity];
  const bounded = path.length <= hopsMax ? path : [...path.slice(0, 1), ...path.slice(1 - hopsMax)];
  return bounded.map((hop) => clip.hop(dictionary, hop));
}

function withoutLast(dictionary: Dictionary, chain: readonly number[], hop: number): readonly number[] {
  return endsWith(dictionary, chain, hop) ? chain.slice(0, -1) : chain;
}

function endsWith(dictionary: Dictionary, chain: readonly number[], hop: number): boolean {
  const last = chain.at(-1);
  return last !== undefined && dictionary.text(last) === dictionary.text(hop);
}
