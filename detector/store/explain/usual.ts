import type { Counted, Usual } from "../../../schemas/index.ts";
import type { Database } from "../clickhouse.ts";
import { bounded } from "./bounded.ts";
import type { Past } from "./past.ts";

/** Values shown of each aspect. */
const mostMax = 6;

type Aspect = Usual["aspect"];

/** The value or values of an action, as an array in SQL. */
const valuesOf: Readonly<Record<Aspect, string>> = {
  operation: "[operation::String]",
  resource: "resource_ids",
  "resource kind": "resource_kinds::Array(String)",
  origin: "arrayFilter(x -> x != '', resource_origins::Array(String))",
  network: "arrayFilter(x -> x != '', [network])",
  hour: "[leftPad(toString(toHour(started_at)), 2, '0')]",
};

interface Asked {
  readonly past: Past;
  /** What aspects but the operation are counted of: a condition over the past's columns. */
  readonly place: string;
  readonly aspects: readonly Aspect[];
  /** Values whose counts are wanted as well, however rare. */
  readonly here: Readonly<Partial<Record<Aspect, readonly string[]>>>;
}

/** What was seen most of each aspect, in how many actions, beside the values asked for; of an action with one value twice, once. */
export async function readUsual(
  database: Database,
  { past, place, aspects, here }: Asked,
): Promise<readonly Usual[]> {
  const pairs = aspects.map((aspect) => {
    const those = `arrayMap(x -> ('${aspect}', x), arrayDistinct(${valuesOf[aspect]}))`;
    return aspect === "operation" ? those : `if(${place}, ${those}, [])`;
  });
  const wanted = aspects.flatMap((aspect) => (here[aspect] ?? []).map((value) => `${aspect}|${value}`));
  const rows = await database.query<{ aspect: Aspect; value: string; actions: number; found: number }>(
    bounded(
      `SELECT aspect, value, actions, found FROM
       (
         SELECT pair.1 AS aspect, pair.2 AS value, count() AS actions, countIf(is_found) AS found,
           row_number() OVER (PARTITION BY aspect ORDER BY actions DESC, value) AS rank
         FROM ${past.from} ARRAY JOIN arrayConcat(${pairs.join(", ")}) AS pair
         GROUP BY aspect, value
       )
       WHERE rank <= ${String(mostMax)} OR has({wanted:Array(String)}, concat(aspect, '|', value))
       ORDER BY aspect, rank`,
    ),
    { ...past.params, wanted },
  );
  return aspects.map((aspect) => {
    const seen = rows.filter((row) => row.aspect === aspect);
    const countOf = (value: string): Counted => {
      const { actions = 0, found = 0 } = seen.find((row) => row.value === value) ?? {};
      return { value, actions, found };
    };
    return {
      aspect,
      here: [...new Set(here[aspect])].map(countOf),
      most: seen.slice(0, mostMax).map(({ value, actions, found }) => ({ value, actions, found })),
    };
  });
}
