/** A question of an analyst, on our views and, where its tables can answer, on what the Collector stores. */
export interface Question {
  readonly name: string;
  readonly ours: string;
  readonly theirs?: string;
}

const day = (column: string): string =>
  `${column} >= toDateTime64({day:String}, 6, 'UTC') AND ${column} < toDateTime64({day:String}, 6, 'UTC') + INTERVAL 1 DAY`;

/** Each takes its parameters of `parametersSql`: an action drawn by chance, so that what is busy is asked about more often. */
export const questions: readonly Question[] = [
  {
    name: "query-chain",
    ours: `SELECT kind, id, parent, label, at, detail FROM v_chain_links
      WHERE tenant = 'default' AND chain_id = {chain:String} ORDER BY rank, at, id`,
    theirs: `WITH (SELECT min(Start) FROM otel_traces_trace_id_ts WHERE TraceId = {chain:String}) AS begun,
        (SELECT max(End) + 1 FROM otel_traces_trace_id_ts WHERE TraceId = {chain:String}) AS ended
      SELECT Timestamp, SpanId, ParentSpanId, SpanName, SpanAttributes FROM otel_traces
      WHERE TraceId = {chain:String} AND Timestamp >= begun AND Timestamp <= ended ORDER BY Timestamp`,
  },
  {
    name: "query-identity-day",
    ours: `SELECT started_at, kind, operation, resource_id, authority, status, signals FROM v_actions
      WHERE tenant = 'default' AND identity_id = {identity:String} AND ${day("started_at")} ORDER BY started_at`,
    theirs: `SELECT Timestamp, SpanName, SpanAttributes['nhi.resource.id'], StatusCode FROM otel_traces
      WHERE SpanAttributes['nhi.identity.id'] = {identity:String} AND ${day("Timestamp")} ORDER BY Timestamp`,
  },
  {
    name: "query-who-touched",
    ours: `SELECT identity_id, min(first_at) AS first, max(last_at) AS last, max(mutated) AS changed FROM v_resource_uses
      WHERE tenant = 'default' AND resource_id = {resource:String} AND day >= toDate({since:String}) GROUP BY identity_id ORDER BY last DESC`,
    theirs: `SELECT SpanAttributes['nhi.identity.id'] AS identity, min(Timestamp), max(Timestamp) AS last FROM otel_traces
      WHERE SpanAttributes['nhi.resource.id'] = {resource:String} AND Timestamp >= {since:String} GROUP BY identity ORDER BY last DESC`,
  },
  {
    name: "query-credential",
    ours: `SELECT identity_id, first_at, last_at FROM v_credential_uses WHERE tenant = 'default' AND credential_id = {credential:String}`,
    theirs: `SELECT SpanAttributes['nhi.identity.id'] AS identity, min(Timestamp), max(Timestamp) FROM otel_traces
      WHERE SpanAttributes['nhi.credential.id'] = {credential:String} GROUP BY identity`,
  },
  {
    name: "query-findings-hour",
    ours: `SELECT at, finding_id, rule, severity, identity_id, title FROM v_findings
      WHERE tenant = 'default' AND at >= toDateTime64({hour:String}, 6, 'UTC') AND at < toDateTime64({hour:String}, 6, 'UTC') + INTERVAL 1 HOUR ORDER BY at`,
  },
];

/** Parameters for all questions, some sixty sets. */
export const parametersSql = `SELECT chain_id AS chain, identity_id AS identity, toString(toDate(started_at)) AS day, resource_id AS resource,
  credential_id AS credential, toString(toStartOfHour(started_at)) AS hour FROM actions WHERE sipHash64(action_id) % 133000 = 5 ORDER BY action_id LIMIT 60`;
