import type { Finding, TimelineAction } from "../../../schemas/index.ts";
import type { Database } from "../clickhouse.ts";
import { bounded } from "./bounded.ts";
import type { CitedAction } from "./cited.ts";

/** Actions shown before and after each cited one. */
const aroundMax = 5;
/** Actions shown at all. */
const shownMax = 80;
/** Resources shown of an action. */
const resourcesMax = 8;

interface Row extends Omit<TimelineAction, "resources" | "isCited"> {
  readonly isCited: 0 | 1;
  readonly resources: readonly (readonly [string, string, string])[];
  readonly sessionActions: number;
}

interface Timeline {
  readonly timeline: readonly TimelineAction[];
  readonly sessionActions: number;
}

/**
 * The actions of the finding's session in their order, around those that it cites, which may lie in other sessions too. Of an
 * action that told of its beginning only the end is shown, unless the beginning is cited.
 */
export async function readTimeline(
  database: Database,
  { tenant, identityId }: Finding,
  cited: readonly CitedAction[],
): Promise<Timeline> {
  if (cited.length === 0) return { timeline: [], sessionActions: 0 };
  const instants = cited.map(({ startedAtUs }) => startedAtUs);
  const rows = await database.query<Row>(
    bounded(
      `WITH
         session AS
         (
           SELECT *, has({cited:Array(String)}, action_id) AS is_cited,
             row_number() OVER (PARTITION BY session_id ORDER BY started_at, ordinal) AS place,
             count() OVER (PARTITION BY session_id) AS session_actions
           FROM
           (
             SELECT action_id, session_id, started_at, ordinal, phase, kind, operation, resource_ids, resource_kinds, resource_origins,
               status, authority, signals, score
             FROM v_actions
             WHERE tenant = {tenant:String} AND identity_id = {identityId:String} AND session_id IN {sessions:Array(String)}
               AND started_at BETWEEN fromUnixTimestamp64Micro({firstUs:Int64}, 'UTC') - INTERVAL 1 DAY
                 AND fromUnixTimestamp64Micro({lastUs:Int64}, 'UTC') + INTERVAL 1 DAY
               AND (phase != 'start' OR has({cited:Array(String)}, action_id))
           )
         ),
         (SELECT groupArray((session_id, place)) FROM session WHERE is_cited) AS marked
       SELECT action_id AS id, session_id AS sessionId, place, toUnixTimestamp64Micro(started_at) AS startedAtUs, phase, kind, operation,
         arraySlice(arrayZip(resource_ids, resource_kinds, resource_origins), 1, ${String(resourcesMax)}) AS resources,
         status, authority, signals, round(score, 2) AS score, is_cited AS isCited, session_actions AS sessionActions
       FROM session
       WHERE arrayExists(x -> x.1 = session_id AND abs(x.2 - place) <= ${String(aroundMax)}, marked)
       ORDER BY started_at, ordinal LIMIT ${String(shownMax)}`,
    ),
    {
      tenant,
      identityId,
      cited: cited.map(({ id }) => id),
      sessions: [...new Set(cited.map(({ sessionId }) => sessionId))],
      firstUs: Math.min(...instants),
      lastUs: Math.max(...instants),
    },
  );
  const ofFirst = rows.find(({ sessionId }) => sessionId === cited[0]?.sessionId);
  return { timeline: rows.map(actionOf), sessionActions: ofFirst?.sessionActions ?? 0 };
}

function actionOf(row: Row): TimelineAction {
  const { sessionActions: _, resources, isCited, ...action } = row;
  return {
    ...action,
    isCited: isCited === 1,
    resources: resources.map(([id, kind, origin]) => ({ id, kind, origin })),
  };
}
