-- The actions of a chain side by side. `actions` lies by identity, so that a chain of several identities would be looked for
-- in many places. Only what a chain shows of an action is kept here, one row of each span: its end stays where both its beginning
-- and its end were told, and of rows that are alike the one that was judged first.
CREATE TABLE IF NOT EXISTS chain_actions
(
    tenant LowCardinality(String),
    chain_id String,
    started_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    identity_id String,
    trace_id String,
    span_id String,
    action_id String,
    ended_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    path Array(String),
    kind LowCardinality(String),
    operation LowCardinality(String),
    resource_ids Array(String),
    resource_kinds Array(LowCardinality(String)),
    resource_origins Array(LowCardinality(String)),
    status LowCardinality(String),
    strength LowCardinality(String),
    authority LowCardinality(String),
    grant_id String,
    approver String,
    approval_id String,
    claimed_approval_id String,
    policy_id LowCardinality(String),
    policy_version LowCardinality(String),
    session_id String,
    task_id String,
    credential_id String,
    credential_issuer LowCardinality(String),
    firstness UInt64
)
ENGINE = ReplacingMergeTree(firstness)
ORDER BY (tenant, chain_id, started_at, identity_id, trace_id, span_id)
SETTINGS index_granularity = 1024;

CREATE MATERIALIZED VIEW IF NOT EXISTS chain_actions_from_actions TO chain_actions AS
SELECT tenant, chain_id, started_at, identity_id, trace_id, span_id, action_id, ended_at, path, kind, operation, resource_ids, resource_kinds,
    resource_origins, status, strength, authority, grant_id, approver, approval_id, claimed_approval_id, policy_id, policy_version,
    session_id, task_id, credential_id, attributes['nhi.credential.issuer'] AS credential_issuer,
    toUInt64(9223372036854775807 - ordinal) + if(phase = 'start', 0, 9223372036854775808) AS firstness
FROM actions;

-- Who touched a resource on a day, and who used a credential: the questions that are not asked of one identity, and which
-- `actions` could answer only by reading most of itself. First and last instants stay right however often a row is
-- delivered, which a count would not. An instant that the sender's clock can't have meant counts as when it was received.
CREATE TABLE IF NOT EXISTS resource_uses
(
    tenant LowCardinality(String),
    resource_id String,
    day Date,
    identity_id String,
    first_at SimpleAggregateFunction(min, DateTime64(6, 'UTC')),
    last_at SimpleAggregateFunction(max, DateTime64(6, 'UTC')),
    mutated SimpleAggregateFunction(max, UInt8)
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, resource_id, day, identity_id);

CREATE MATERIALIZED VIEW IF NOT EXISTS resource_uses_from_actions TO resource_uses AS
SELECT
    tenant,
    resource AS resource_id,
    toDate(at) AS day,
    identity_id,
    min(if(clock_suspect, received_at::DateTime64(6, 'UTC'), started_at) AS at) AS first_at,
    max(at) AS last_at,
    max(mutating) AS mutated
FROM actions
ARRAY JOIN resource_ids AS resource
GROUP BY tenant, resource_id, day, identity_id;

CREATE TABLE IF NOT EXISTS credential_uses
(
    tenant LowCardinality(String),
    credential_id String,
    identity_id String,
    first_at SimpleAggregateFunction(min, DateTime64(6, 'UTC')),
    last_at SimpleAggregateFunction(max, DateTime64(6, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, credential_id, identity_id);

CREATE MATERIALIZED VIEW IF NOT EXISTS credential_uses_from_actions TO credential_uses AS
SELECT
    tenant,
    credential_id,
    identity_id,
    min(if(clock_suspect, received_at::DateTime64(6, 'UTC'), started_at) AS at) AS first_at,
    max(at) AS last_at
FROM actions
WHERE credential_id != ''
GROUP BY tenant, credential_id, identity_id;

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
FROM chain_actions AS a FINAL
GROUP BY tenant, chain_id;

-- The links of every chain in the order approval, grant, principal, delegate, action, resource, finding, response; parent is the
-- id of the link that each hangs on. An approval that only a sender speaks of hangs nowhere. An identity that is a delegate in one action of a chain is no principal in another.
-- A finding may hang on the beginning of an action whose end is shown: `span` says of which.
-- Each action tells all its links at once: reading the actions anew for every kind of link takes seven times as long.
-- Always ask with a chain_id.
CREATE OR REPLACE VIEW v_chain_links AS
SELECT tenant, chain_id, link.1 AS rank, link.2 AS kind, link.3 AS id, max(link.4) AS parent, max(link.5) AS label,
    min(link.6) AS at, argMax(link.7, link.8) AS detail
FROM
(
    -- A link: rank, kind, id, parent, label, instant, detail, and whose detail counts where several actions tell of one link.
    SELECT a.tenant AS tenant, a.chain_id AS chain_id, groupUniqArrayArray(arraySlice(a.path, 2)) AS delegates,
        groupArrayArray(arrayConcat(
            if(a.authority = 'granted', [
                (1, 'approval', if(a.approval_id != '', a.approval_id, concat('approval of ', a.grant_id)), '',
                    if(a.approval_id != '', concat('approval ', a.approval_id), concat('approval of ', a.grant_id)),
                    a.started_at, map('approver', a.approver), 0),
                (2, 'grant', a.grant_id, if(a.approval_id != '', a.approval_id, concat('approval of ', a.grant_id)), a.grant_id,
                    a.started_at, map('approver', a.approver, 'policy', concat(a.policy_id, ' v', a.policy_version)), 0)
            ], []),
            if(a.claimed_approval_id NOT IN ('', a.approval_id), [
                (1, 'approval', a.claimed_approval_id, '', concat('approval ', a.claimed_approval_id),
                    a.started_at, map('claimed', 'true'), -1)
            ], []),
            [(3, 'principal', a.path[1], if(a.authority = 'granted', a.grant_id, ''), a.path[1],
                a.started_at, map('identity', toString(toUInt8(length(a.path) = 1))), if(length(a.path) = 1, 1, 0))],
            arrayMap((id, parent, hop) -> (4, 'delegate', id, parent, id, a.started_at, map('hop', toString(hop)), -toInt32(hop)),
                arraySlice(a.path, 2), arraySlice(a.path, 1, -1), arraySlice(arrayEnumerate(a.path), 2)),
            [(5, 'action', a.action_id, a.identity_id, concat(a.kind, ' ', a.operation), a.started_at,
                mapUpdate(
                    map('authority', toString(a.authority), 'grant', a.grant_id, 'status', toString(a.status), 'strength', toString(a.strength), 'span', concat(a.trace_id, '/', a.span_id)),
                    mapFilter((key, value) -> value != '', map('session', a.session_id, 'task', a.task_id, 'credential', a.credential_id, 'issuer', toString(a.credential_issuer)))), 0)],
            arrayMap((id, kind, origin) -> (6, 'resource', id, a.action_id, id, a.started_at,
                map('kind', toString(kind), 'origin', toString(origin)), 0), a.resource_ids, a.resource_kinds, a.resource_origins)
        )) AS links
    FROM chain_actions AS a FINAL GROUP BY tenant, chain_id SETTINGS optimize_move_to_prewhere_if_final = 1
)
ARRAY JOIN
    if(arrayAll(l -> l.1 != 3 OR has(delegates, l.3), links), links, arrayFilter(l -> l.1 != 3 OR NOT has(delegates, l.3), links)) AS link
GROUP BY tenant, chain_id, rank, kind, id, if(rank IN (4, 6), link.4, '')
UNION ALL
SELECT f.tenant AS tenant, f.chain_id AS chain_id, 7 AS rank, 'finding' AS kind, f.finding_id AS id, f.action_ids[1] AS parent,
    f.title AS label, f.at AS at, map('severity', toString(f.severity), 'rule', toString(f.rule)) AS detail
FROM findings AS f FINAL
UNION ALL
SELECT r.tenant AS tenant, r.chain_id AS chain_id, 8 AS rank, 'response' AS kind, r.response_id AS id, r.finding_id AS parent,
    concat(r.kind, ' ', r.subject_kind, ' ', r.subject_id) AS label, r.at AS at,
    mapUpdate(
        map('standing', toString(r.standing), 'playbook', toString(r.playbook_id), 'held_back', toString(r.held_back),
            'dry_run', if(r.is_dry_run, 'true', ''), 'lag_ms', toString(dateDiff('millisecond', r.at, r.set_at::DateTime64(6, 'UTC')))),
        mapFromArrays(h.hooks, h.results)) AS detail
FROM responses AS r FINAL LEFT JOIN (
    SELECT tenant, response_id, groupArray(concat('hook ', hook)) AS hooks, groupArray(result) AS results
    FROM (
        SELECT v.tenant AS tenant, v.response_id AS response_id, v.hook AS hook,
            argMax(if(v.outcome = 'revoked',
                concat('revoked', if(v.verified, ' and verified', ''), ' at ', toString(v.done_at)),
                concat(v.outcome, ': ', v.error)), v.attempt) AS result
        FROM revocations AS v WHERE v.outcome != 'skipped' GROUP BY tenant, response_id, hook)
    GROUP BY tenant, response_id) AS h ON h.tenant = r.tenant AND h.response_id = r.response_id;

-- One row for a resource, a day and an identity.
CREATE OR REPLACE VIEW v_resource_uses AS
SELECT
    u.tenant AS tenant,
    u.resource_id AS resource_id,
    u.day AS day,
    u.identity_id AS identity_id,
    min(u.first_at) AS first_at,
    max(u.last_at) AS last_at,
    max(u.mutated) AS mutated
FROM resource_uses AS u
GROUP BY tenant, resource_id, day, identity_id;

-- One row for a credential and an identity that used it: more than one row of a credential means that it is shared.
CREATE OR REPLACE VIEW v_credential_uses AS
SELECT
    u.tenant AS tenant,
    u.credential_id AS credential_id,
    u.identity_id AS identity_id,
    min(u.first_at) AS first_at,
    max(u.last_at) AS last_at
FROM credential_uses AS u
GROUP BY tenant, credential_id, identity_id;
