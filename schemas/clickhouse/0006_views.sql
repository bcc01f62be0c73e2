-- What analysts read. Each view shows every row once.
CREATE OR REPLACE VIEW v_actions AS SELECT * FROM actions FINAL;

CREATE OR REPLACE VIEW v_findings AS SELECT * FROM findings FINAL;

CREATE OR REPLACE VIEW v_episodes AS
SELECT
    tenant,
    identity_id,
    episode_id,
    min(at) AS started_at,
    max(at) AS ended_at,
    argMax(severity, indexOf(['info', 'low', 'medium', 'high', 'critical'], severity)) AS severity,
    count() AS findings,
    groupUniqArray(rule) AS rules,
    argMin(title, at) AS first_title,
    groupUniqArray(chain_id) AS chains
FROM findings FINAL
GROUP BY tenant, identity_id, episode_id;

CREATE OR REPLACE VIEW v_grants AS
SELECT
    tenant,
    grant_id,
    argMaxIf(grantee, position, event = 'given') AS grantee,
    argMaxIf(approver, position, event = 'given') AS approver,
    argMaxIf(policy_id, position, event = 'given') AS policy_id,
    argMaxIf(policy_version, position, event = 'given') AS policy_version,
    argMaxIf(operations, position, event = 'given') AS operations,
    argMaxIf(resources, position, event = 'given') AS resources,
    argMaxIf(given_at, position, event = 'given') AS given_at,
    argMaxIf(coalesce(window_from, given_at), position, event = 'given') AS effective_from,
    argMaxIf(window_until, position, event = 'given') AS effective_until,
    effective_from < given_at AS arrived_late,
    argMaxIf(approval_id, position, event = 'given') AS approval_id,
    if(maxIf(position, event = 'revoked') > maxIf(position, event = 'given'), toNullable(maxIf(grants.given_at, event = 'revoked')), NULL) AS revoked_at,
    countIf(event = 'given') AS versions
FROM grants FINAL
GROUP BY tenant, grant_id;

-- A guard's decisions, joined with what then happened.
CREATE OR REPLACE VIEW v_decisions AS
SELECT tenant, started_at, identity_id, action_id, kind, operation, resource_id, decision_verdict AS verdict,
    decision_outcome AS outcome, decision_reason AS reason, status
FROM actions FINAL
WHERE decision_verdict != '';

CREATE OR REPLACE VIEW v_chains AS
SELECT
    tenant,
    chain_id,
    min(started_at) AS started_at,
    max(ended_at) AS ended_at,
    argMin(path, started_at)[1] AS principal,
    groupUniqArray(identity_id) AS identities,
    arrayFilter(x -> x != '', groupUniqArray(approver)) AS approvers,
    arrayFilter(x -> x != '', groupUniqArray(grant_id)) AS grants,
    count() AS actions,
    countIf(authority != 'granted') AS ungranted_actions,
    arrayFilter(x -> x != '', groupUniqArrayArray(resource_ids)) AS resources
FROM actions FINAL
GROUP BY tenant, chain_id;

-- The links of every chain in the order approval, grant, principal, delegate, action, resource, finding; parent is the
-- id of the link that each hangs on. Always ask with a chain_id.
CREATE OR REPLACE VIEW v_chain_links AS
SELECT tenant, chain_id, 1 AS rank, 'approval' AS kind, approval_id AS id, '' AS parent, approval_id AS label,
    min(started_at) AS at, map('approver', any(approver)) AS detail
FROM actions FINAL WHERE approval_id != '' GROUP BY tenant, chain_id, approval_id
UNION ALL
SELECT tenant, chain_id, 2, 'grant', grant_id, any(approval_id), grant_id, min(started_at),
    map('approver', any(approver), 'policy', concat(any(policy_id), ' v', any(policy_version)))
FROM actions FINAL WHERE grant_id != '' GROUP BY tenant, chain_id, grant_id
UNION ALL
SELECT tenant, chain_id, 3, 'principal', path[1] AS hop, anyIf(grant_id, grant_id != ''), hop, min(started_at),
    map('kind', if(any(length(path)) = 1, any(identity_kind), ''))
FROM actions FINAL GROUP BY tenant, chain_id, hop
UNION ALL
SELECT tenant, chain_id, 4, 'delegate', path[hop_at] AS hop, path[hop_at - 1] AS previous, hop, min(started_at),
    map('hop', toString(min(hop_at)))
FROM actions FINAL ARRAY JOIN arrayEnumerate(path) AS hop_at WHERE hop_at > 1 GROUP BY tenant, chain_id, hop, previous
UNION ALL
SELECT tenant, chain_id, 5, 'action', action_id, identity_id, concat(kind, ' ', operation), started_at,
    map('authority', toString(authority), 'grant', grant_id, 'status', toString(status), 'strength', toString(strength))
FROM actions FINAL
UNION ALL
SELECT tenant, chain_id, 6, 'resource', resource, action_id, resource, started_at,
    map('kind', toString(resource_kinds[at_index]), 'origin', toString(resource_origins[at_index]))
FROM actions FINAL ARRAY JOIN resource_ids AS resource, arrayEnumerate(resource_ids) AS at_index
UNION ALL
SELECT tenant, chain_id, 7, 'finding', finding_id, action_ids[1], title, at,
    map('severity', toString(severity), 'rule', toString(rule))
FROM findings FINAL;

-- For every partition: what was taken in, and what became of it.
CREATE OR REPLACE VIEW v_audit AS
SELECT
    topic,
    partition,
    count() AS chunks,
    min(toInt64(key)) AS first_offset,
    max(version) AS next_offset,
    sum(JSONExtractUInt(payload, 'records')) AS records,
    sum(JSONExtractUInt(payload, 'spans')) AS spans,
    sum(JSONExtractUInt(payload, 'actions')) AS actions,
    sum(JSONExtractUInt(payload, 'noAction')) AS no_action,
    sum(JSONExtractUInt(payload, 'duplicates')) AS duplicates,
    sum(JSONExtractUInt(payload, 'deadLettered')) AS dead_lettered
FROM checkpoints FINAL
WHERE kind = 'chunk'
GROUP BY topic, partition;

CREATE OR REPLACE VIEW v_dead_letters AS SELECT * FROM dead_letters FINAL;

-- What is known of each identity; a person can see what "normal" rests on.
CREATE OR REPLACE VIEW v_baselines AS
SELECT
    splitByChar('\0', key)[1] AS tenant,
    splitByChar('\0', key)[2] AS identity_id,
    JSONExtractUInt(payload, 'evidence', 'actions') AS actions,
    length(JSONExtractArrayRaw(payload, 'evidence', 'days')) AS active_days,
    length(JSONExtractArrayRaw(payload, 'evidence', 'sessions')) AS sessions,
    length(payload) AS state_bytes
FROM checkpoints FINAL
WHERE kind = 'state';
