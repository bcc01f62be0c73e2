import type { Explanation, Finding } from "../../../schemas/index.ts";
import type { Database } from "../clickhouse.ts";
import { readCited } from "./cited.ts";
import { readNearest } from "./nearest.ts";
import { readNormal } from "./normal.ts";
import { readRecount } from "./recount.ts";
import { readTimeline } from "./timeline.ts";

/**
 * Explains a finding out of what is stored now. Each question is bounded in rows, time and memory.
 *
 * @param finding as `StoreReader.finding` gives it: its SQL names the database.
 * @throws StoreError when the store can't be asked, or takes too long.
 */
export async function explain(database: Database, finding: Finding): Promise<Explanation> {
  const cited = await readCited(database, finding);
  const [first] = cited;
  // One after the other: an explanation is for one person, and the store is for everybody.
  const recount = await readRecount(database, finding, cited.length);
  const { timeline, sessionActions } = await readTimeline(database, finding, cited);
  const normal = first === undefined ? null : await readNormal(database, finding, first);
  const nearest = first === undefined ? null : await readNearest(database, finding, first);
  return { finding, cited: cited.length, normal, nearest, timeline, sessionActions, recount };
}
