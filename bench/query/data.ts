/** How much is asked: actions of so many identities over a week, in chains of twelve. */
export const size = { chains: 666_667, spansOfChain: 12, findings: 200_000, days: 7 } as const;

const weekUs = size.days * 86_400_000_000;

/** First instant of the week. */
export const startsAt = "2026-11-01 00:00:00";

/**
 * SELECTs what the store holds after a week, made by the server itself: 5,000 identities of which few do much, chains of
 * one to three identities, some forty resources an identity and beside them resources of all, of which few are touched
 * by nearly everybody; a credential for an identity and a day. Rows come in the order of time, as they would arrive:
 * `count` of them after the first `from`.
 */
export function actionsSql(from: number, count: number): string {
  const draw = (...seeds: string[]): string => `sipHash64(${seeds.join(", ")}) / pow(2, 64)`;
  return `
WITH
  intDiv(number, ${size.spansOfChain}) AS chain, number % ${size.spansOfChain} AS at,
  toUnixTimestamp64Micro(toDateTime64('${startsAt}', 6, 'UTC')) + toInt64(chain * ${weekUs / size.chains})
    + at * 1500000 + toInt64(sipHash64(number, 1) % 1000000) AS us,
  [1, 1, 1, 1, 1, 1, 2, 2, 2, 3][1 + sipHash64(chain, 2) % 10] AS members,
  arrayMap(m -> toUInt32(5000 * pow(${draw("chain", "3", "m")}, 1.7)), range(intDiv(at * members, ${size.spansOfChain}) + 1)) AS who,
  arrayMap(one -> 'agent:' || toString(one), who) AS way,
  lower(hex(sipHash128(chain, 5))) AS chain_hex,
  if(sipHash64(number, 4) % 10 < 7, 'own/' || toString(who[-1]) || '/' || toString(toUInt32(pow(40, ${draw("number", "13")}))),
    'all/' || toString(toUInt32(pow(200000, ${draw("number", "14")})))) AS resource,
  ['tickets.search', 'tickets.update', 'repo.read', 'repo.write', 'mail.send', 'vault.kv.read', 'db.query', 'db.update',
    'queue.publish', 'http.get', 'http.post', 'file.read'][1 + sipHash64(resource, number % 3) % 12] AS verb
SELECT 'default' AS tenant, way[-1] AS identity_id, fromUnixTimestamp64Micro(us) AS started_at,
  lower(hex(substring(SHA256(concat(unhex(trace_id), unhex(span_id), 'end')), 1, 16))) AS action_id, fromUnixTimestamp64Micro(us + 87654) AS ended_at,
  toDateTime64(fromUnixTimestamp64Micro(us + 2000000), 3, 'UTC') AS received_at, chain_hex AS chain_id,
  'run-' || substring(chain_hex, 1, 12) AS session_id, chain_hex AS trace_id, lower(hex(sipHash64(number, 9))) AS span_id,
  if(at = 0, '', lower(hex(sipHash64(number - 1, 9)))) AS parent_span_id, at AS step, number AS ordinal, true AS learned, 'ai_agent' AS identity_kind, 'claimed' AS strength,
  'nhi' AS identity_rule, 'team:' || toString(who[-1] % 50) AS owner, way AS path,
  if(verb = 'vault.kv.read', 'secret_read', 'tool_call') AS kind, verb AS operation, 'nhi' AS rule,
  [resource] AS resource_ids, ['object'] AS resource_kinds, ['prompt'] AS resource_origins,
  verb IN ('mail.send', 'repo.write', 'db.update') AS mutating, '10.0.' || toString(who[-1] % 256) || '.7' AS network,
  'cred-' || toString(who[-1]) || '-' || toString(intDiv(us, 86400000000) % 7) AS credential_id,
  if(sipHash64(number, 6) % 100 < 5, 'error', 'ok') AS status, if(sipHash64(number, 6) % 100 < 97, 'granted', 'outside_scope') AS authority,
  'grant-' || toString(who[-1] % 300) AS grant_id, 'user:ana@acme.example' AS approver, 'agents' AS policy_id, '3' AS policy_version,
  ${attributesSql} AS attributes, 'nhi.spans' AS topic, intDiv(number, 200) AS offset, number % 200 AS record_index
FROM numbers(${from}, ${count})`;
}

const attributesSql = `map('nhi.seq', toString(number), 'nhi.args.digest', lower(hex(sipHash64(number, 11))),
  'nhi.result.bytes', toString(sipHash64(number, 12) % 20000), 'gen_ai.operation.name', 'execute_tool', 'gen_ai.tool.name', verb,
  'gen_ai.tool.call.id', 'call_' || lower(hex(sipHash64(number, 10))), 'server.address', 'tools.internal.example',
  'service.name', 'triage', 'service.version', '1.4.2', 'deployment.environment.name', 'production')`;

/** Findings of the week, each of a chain that is there. */
export function findingsSql(): string {
  return `
SELECT 'default' AS tenant, toDateTime64('${startsAt}', 6, 'UTC') + toIntervalMicrosecond(toInt64(number * ${weekUs / size.findings})) AS at,
  lower(hex(sipHash128(number, 20))) AS finding_id, ['outside-grant', 'first-use', 'no-grant'][1 + sipHash64(number, 22) % 3] AS rule,
  1 AS rule_version, 'agent:' || toString(sipHash64(number, 23) % 5000) AS identity_id, lower(hex(sipHash64(number, 24))) AS episode_id,
  lower(hex(sipHash128(sipHash64(number, 25) % ${size.chains}, 5))) AS chain_id, 'run-' || substring(chain_id, 1, 12) AS session_id,
  ['info', 'low', 'medium', 'high'][1 + sipHash64(number, 26) % 4] AS severity, 'mail.send outside the scope of its grants' AS title,
  'operation' AS cause, '{"new":3,"seen":412}' AS why, 'SELECT count() FROM v_actions' AS sql,
  [lower(hex(sipHash128(number, 7)) || hex(sipHash128(number, 8)))] AS action_ids
FROM numbers(${size.findings})`;
}

/** The same spans as the Collector's exporter would have stored them, made of our rows of one day. */
export function peerSql(database: string, day: number): string {
  return `
SELECT toDateTime64(started_at, 9) AS Timestamp, trace_id AS TraceId, span_id AS SpanId, parent_span_id AS ParentSpanId,
  'execute_tool ' || operation AS SpanName, 'Client' AS SpanKind, 'triage' AS ServiceName,
  map('service.name', 'triage', 'service.version', '1.4.2', 'deployment.environment.name', 'production') AS ResourceAttributes,
  mapConcat(mapFilter((name, value) -> NOT name IN ('service.name', 'service.version', 'deployment.environment.name'), attributes),
    map('nhi.identity.id', identity_id, 'nhi.action.kind', kind::String, 'nhi.action.name', operation::String, 'nhi.resource.id', resource_ids[1],
      'nhi.session.id', session_id, 'nhi.credential.id', credential_id)) AS SpanAttributes,
  87654000 AS Duration, if(status = 'error', 'Error', 'Ok') AS StatusCode
FROM ${database}.actions WHERE toDate(started_at) = toDate('${startsAt}') + ${day} ORDER BY started_at`;
}
