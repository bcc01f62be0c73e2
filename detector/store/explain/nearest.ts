import type { Finding, Nearest } from "../../../schemas/index.ts";
import type { Database } from "../clickhouse.ts";
import { bounded } from "./bounded.ts";
import type { CitedAction } from "./cited.ts";
import { firstDifference, type Step } from "./difference.ts";
import { pastBefore } from "./past.ts";

/** Different things kept of a session for comparing. */
const tokensMax = 256;
/** Different things shown that one session has and the other has not. */
const onlyMax = 8;
/** Steps of a session that are compared one by one. */
const stepsMax = 500;

/** What an action did, on what kind of thing, with values from where; never the values, which are new in any session. */
const tokens = `arrayFilter(x -> NOT endsWith(x, ' '), arrayConcat([concat('does ', operation)],
  arrayMap(x -> concat('on ', x), resource_kinds), arrayMap(x -> concat('value from ', x), resource_origins)))`;
const set = `groupUniqArrayArray(${String(tokensMax)})(${tokens})`;

/** A model's calls say nothing of what is done. */
const isDone = "kind != 'model_call'";

/** The session of the cited action, a day to each side of it: a longer one is cut. */
const isHere = `tenant = {tenant:String} AND identity_id = {identityId:String} AND session_id = {sessionId:String}
  AND phase != 'start' AND ${isDone}
  AND started_at BETWEEN fromUnixTimestamp64Micro({atUs:Int64}, 'UTC') - INTERVAL 1 DAY AND fromUnixTimestamp64Micro({atUs:Int64}, 'UTC') + INTERVAL 1 DAY`;

interface Found extends Omit<Nearest, "firstDifference"> {
  readonly there: readonly string[];
}

/** The session in the identity's learned past that is most like the cited action's, the latest of those that are equally so. */
export async function readNearest(
  database: Database,
  finding: Finding,
  cited: CitedAction,
): Promise<Nearest | null> {
  const before = pastBefore(finding, cited);
  const params = { ...before.params, sessionId: cited.sessionId, atUs: cited.startedAtUs };
  const [found] = await database.query<Found>(
    bounded(
      `WITH (SELECT ${set} FROM v_actions WHERE ${isHere}) AS here
       SELECT session_id AS sessionId, toUnixTimestamp64Micro(min(started_at)) AS startedAtUs, count() AS actions, countIf(is_found) AS found, ${set} AS there,
         length(arrayIntersect(here, there)) / greatest(length(arrayDistinct(arrayConcat(here, there))), 1) AS likeness,
         count() OVER () AS compared,
         arraySlice(arraySort(arrayFilter(x -> NOT has(there, x), here)), 1, ${String(onlyMax)}) AS onlyHere,
         arraySlice(arraySort(arrayFilter(x -> NOT has(here, x), there)), 1, ${String(onlyMax)}) AS onlyThere
       FROM ${before.from}
       WHERE session_id NOT IN ('', {sessionId:String}) AND ${isDone}
       GROUP BY session_id ORDER BY likeness DESC, startedAtUs DESC, sessionId LIMIT 1`,
    ),
    params,
  );
  if (found === undefined) return null;
  const { there: _, ...shown } = found;
  const past = `${before.from} WHERE session_id = {nearest:String} AND ${isDone}`;
  const [here, there] = await Promise.all([
    stepsOf(database, `v_actions WHERE ${isHere}`, params),
    stepsOf(database, past, { ...params, nearest: found.sessionId }),
  ]);
  return { ...shown, firstDifference: firstDifference(here, there) };
}

function stepsOf(
  database: Database,
  from: string,
  params: Readonly<Record<string, unknown>>,
): Promise<readonly Step[]> {
  return database.query<Step>(
    bounded(
      `SELECT operation, resource_kinds AS kinds, resource_origins AS origins FROM ${from}
       ORDER BY started_at, ordinal LIMIT ${String(stepsMax)}`,
    ),
    params,
  );
}
