-- What analysts read. Each view shows every row once.
CREATE OR REPLACE VIEW v_actions AS SELECT *, parent_id FROM actions FINAL;

CREATE OR REPLACE VIEW v_findings AS SELECT * FROM findings FINAL;

CREATE OR REPLACE VIEW v_episodes AS
SELECT
    f.tenant AS tenant,
    f.identity_id AS identity_id,
    f.episode_id AS episode_id,
    min(f.at) AS started_at,
    max(f.at) AS ended_at,
    argMax(f.severity, indexOf(['info', 'low', 'medium', 'high', 'critical'], f.severity)) AS severity,
    count() AS findings,
    groupUniqArray(f.rule) AS rules,
    argMin(f.title, f.at) AS first_title,
    groupUniqArray(f.chain_id) AS chains
FROM findings AS f FINAL
GROUP BY tenant, identity_id, episode_id;

CREATE OR REPLACE VIEW v_grants AS
SELECT
    g.tenant AS tenant,
    g.grant_id AS grant_id,
    argMaxIf(g.grantee, g.position, g.event = 'given') AS grantee,
    argMaxIf(g.approver, g.position, g.event = 'given') AS approver,
    argMaxIf(g.policy_id, g.position, g.event = 'given') AS policy_id,
    argMaxIf(g.policy_version, g.position, g.event = 'given') AS policy_version,
    argMaxIf(g.operations, g.position, g.event = 'given') AS operations,
    argMaxIf(g.resources, g.position, g.event = 'given') AS resources,
    argMaxIf(g.given_at, g.position, g.event = 'given') AS given_at,
    argMaxIf(coalesce(g.window_from, g.given_at), g.position, g.event = 'given') AS effective_from,
    argMaxIf(tuple(g.window_until), g.position, g.event = 'given').1 AS effective_until,
    argMaxIf(coalesce(g.window_from, g.given_at) < g.given_at, g.position, g.event = 'given') AS arrived_late,
    argMaxIf(g.approval_id, g.position, g.event = 'given') AS approval_id,
    if(maxIf(g.position, g.event = 'revoked') > maxIf(g.position, g.event = 'given'),
        toNullable(maxIf(g.given_at, g.event = 'revoked')), NULL) AS revoked_at,
    countIf(g.event = 'given') AS versions
FROM grants AS g FINAL
GROUP BY tenant, grant_id;

-- A guard's decisions, joined with what then happened.
CREATE OR REPLACE VIEW v_decisions AS
SELECT tenant, started_at, identity_id, action_id, kind, operation, resource_id, decision_verdict AS verdict,
    decision_outcome AS outcome, decision_reason AS reason, status
FROM actions FINAL
WHERE decision_verdict != '';

-- The principal is who begins the longest path: a span that names no path says nothing about who is behind its identity.
CREATE OR REPLACE VIEW v_chains AS
SELECT
    a.tenant AS tenant,
    a.chain_id AS chain_id,
    min(a.started_at) AS started_at,
    max(a.ended_at) AS ended_at,
    argMin(a.path, tuple(-toInt64(length(a.path)), a.started_at))[1] AS principal,
    groupUniqArray(a.identity_id) AS identities,
    arrayFilter(x -> x != '', groupUniqArray(a.approver)) AS approvers,
    arrayFilter(x -> x != '', groupUniqArray(a.grant_id)) AS grants,
    count() AS actions,
    countIf(a.authority != 'granted') AS ungranted_actions,
    arrayFilter(x -> x != '', groupUniqArrayArray(a.resource_ids)) AS resources
FROM actions AS a FINAL
GROUP BY tenant, chain_id;

-- The links of every chain in the order approval, grant, principal, delegate, action, resource, finding; parent is the
-- id of the link that each hangs on. An approval that only a sender speaks of hangs nowhere. An identity that is a delegate in one action of a chain is no principal in another.
-- Always ask with a chain_id.
CREATE OR REPLACE VIEW v_chain_links AS
SELECT a.tenant AS tenant, a.chain_id AS chain_id, 1 AS rank, 'approval' AS kind,
    if(a.approval_id != '', a.approval_id, concat('approval of ', a.grant_id)) AS id, '' AS parent,
    if(any(a.approval_id) != '', concat('approval ', any(a.approval_id)), concat('approval of ', any(a.grant_id))) AS label,
    min(a.started_at) AS at, map('approver', any(a.approver)) AS detail
FROM actions AS a FINAL WHERE a.authority = 'granted' GROUP BY tenant, chain_id, id
UNION ALL
SELECT a.tenant AS tenant, a.chain_id AS chain_id, 1 AS rank, 'approval' AS kind, a.claimed_approval_id AS id, '' AS parent,
    concat('approval ', a.claimed_approval_id) AS label, min(a.started_at) AS at, map('claimed', 'true') AS detail
FROM actions AS a FINAL WHERE a.claimed_approval_id NOT IN ('', a.approval_id) GROUP BY tenant, chain_id, id
UNION ALL
SELECT a.tenant AS tenant, a.chain_id AS chain_id, 2 AS rank, 'grant' AS kind, a.grant_id AS id,
    any(if(a.approval_id != '', a.approval_id, concat('approval of ', a.grant_id))) AS parent,
    a.grant_id AS label, min(a.started_at) AS at,
    map('approver', any(a.approver), 'policy', concat(any(a.policy_id), ' v', any(a.policy_version))) AS detail
FROM actions AS a FINAL WHERE a.authority = 'granted' GROUP BY tenant, chain_id, id
UNION ALL
SELECT c.tenant AS tenant, c.chain_id AS chain_id, 3 AS rank, 'principal' AS kind, p.1 AS id, p.2 AS parent, p.1 AS label,
    p.3 AS at, map('identity', toString(p.4)) AS detail
FROM
(
    SELECT r.tenant AS tenant, r.chain_id AS chain_id, groupUniqArrayArray(r.delegates) AS all_delegates,
        groupArray(tuple(r.root, r.grant_id, r.began_at, r.acts)) AS roots,
        arrayFilter(x -> NOT has(all_delegates, x.1), roots) AS undelegated
    FROM
    (
        SELECT a.tenant AS tenant, a.chain_id AS chain_id, a.path[1] AS root, min(a.started_at) AS began_at,
            max(length(a.path) = 1) AS acts, anyIf(a.grant_id, a.authority = 'granted') AS grant_id,
            groupUniqArrayArray(arraySlice(a.path, 2)) AS delegates
        FROM actions AS a FINAL GROUP BY tenant, chain_id, root
    ) AS r GROUP BY tenant, chain_id
) AS c ARRAY JOIN if(empty(c.undelegated), c.roots, c.undelegated) AS p
UNION ALL
SELECT a.tenant AS tenant, a.chain_id AS chain_id, 4 AS rank, 'delegate' AS kind, a.path[hop] AS id, a.path[hop - 1] AS parent,
    a.path[hop] AS label, min(a.started_at) AS at, map('hop', toString(min(hop))) AS detail
FROM actions AS a FINAL ARRAY JOIN arrayEnumerate(a.path) AS hop WHERE hop > 1 GROUP BY tenant, chain_id, id, parent
UNION ALL
SELECT a.tenant AS tenant, a.chain_id AS chain_id, 5 AS rank, 'action' AS kind, a.action_id AS id, a.identity_id AS parent,
    concat(a.kind, ' ', a.operation) AS label, a.started_at AS at,
    map('authority', toString(a.authority), 'grant', a.grant_id, 'status', toString(a.status), 'strength', toString(a.strength)) AS detail
FROM actions AS a FINAL
UNION ALL
SELECT a.tenant AS tenant, a.chain_id AS chain_id, 6 AS rank, 'resource' AS kind, a.resource_ids[n] AS id, a.action_id AS parent,
    a.resource_ids[n] AS label, a.started_at AS at,
    map('kind', toString(a.resource_kinds[n]), 'origin', toString(a.resource_origins[n])) AS detail
FROM actions AS a FINAL ARRAY JOIN arrayEnumerate(a.resource_ids) AS n
UNION ALL
SELECT f.tenant AS tenant, f.chain_id AS chain_id, 7 AS rank, 'finding' AS kind, f.finding_id AS id, f.action_ids[1] AS parent,
    f.title AS label, f.at AS at, map('severity', toString(f.severity), 'rule', toString(f.rule)) AS detail
FROM findings AS f FINAL;

-- For every partition: what was taken in, and what became of it.
CREATE OR REPLACE VIEW v_audit AS
SELECT
    topic,
    partition,
    count() AS chunks,
    min(toInt64OrZero(key)) AS first_offset,
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
    actions,
    active_days,
    sessions,
    length(payload) AS state_bytes
FROM checkpoints FINAL
WHERE kind = 'state';
