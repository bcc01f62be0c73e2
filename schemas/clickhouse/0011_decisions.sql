-- What people, other systems and playbooks decided, entry by entry as the two logs brought it; see 0003_grants.sql.
CREATE TABLE IF NOT EXISTS tasks
(
    tenant LowCardinality(String),
    task_id String,
    position Int64,
    event LowCardinality(String),
    at DateTime64(6, 'UTC'),
    author String,
    kind LowCardinality(String),
    title String,
    url String,
    reason String
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, task_id, position);

CREATE TABLE IF NOT EXISTS approvals
(
    tenant LowCardinality(String),
    approval_id String,
    position Int64,
    event LowCardinality(String),
    at DateTime64(6, 'UTC'),
    author String,
    digest String,
    identity_id String,
    operation LowCardinality(String),
    resources Array(String),
    arguments Array(String),
    task_id String,
    session_id String,
    chain_id String,
    grant_id String,
    policy_id LowCardinality(String),
    policy_version LowCardinality(String),
    expires_at DateTime64(6, 'UTC'),
    comment String
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, approval_id, position);

-- Of both logs, each with positions of its own.
CREATE TABLE IF NOT EXISTS standings
(
    tenant LowCardinality(String),
    subject_kind LowCardinality(String),
    subject_id String,
    log LowCardinality(String),
    position Int64,
    at DateTime64(6, 'UTC'),
    author String,
    standing LowCardinality(String),
    reason String,
    until Nullable(DateTime64(6, 'UTC')),
    finding_id String,
    dry_run Bool
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, subject_kind, subject_id, log, position);

CREATE TABLE IF NOT EXISTS identities
(
    tenant LowCardinality(String),
    identity_id String,
    position Int64,
    at DateTime64(6, 'UTC'),
    author String,
    owner String,
    environments Array(String),
    offboarded_at Nullable(DateTime64(6, 'UTC'))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, identity_id, position);

CREATE TABLE IF NOT EXISTS playbooks
(
    tenant LowCardinality(String),
    playbook_id String,
    position Int64,
    event LowCardinality(String),
    at DateTime64(6, 'UTC'),
    author String,
    playbook String
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, playbook_id, position);

-- Decisions that the service made for callers without a guard of their own (POST /v1/guard).
CREATE TABLE IF NOT EXISTS decisions
(
    tenant LowCardinality(String),
    at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    decision_id String,
    identity_id String,
    kind LowCardinality(String),
    operation LowCardinality(String),
    resource_ids Array(String),
    task_id String,
    session_id String,
    chain_id String,
    verdict LowCardinality(String),
    reason LowCardinality(String),
    grant_id String,
    policy_id LowCardinality(String),
    policy_version LowCardinality(String),
    control_position Int64,
    digest String,
    client LowCardinality(String)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (tenant, identity_id, at, decision_id);

CREATE OR REPLACE VIEW v_tasks AS
SELECT
    t.tenant AS tenant,
    t.task_id AS task_id,
    if(argMax(t.event, t.position) = 'opened', 'open', 'closed') AS state,
    argMaxIf(t.kind, t.position, t.event = 'opened') AS kind,
    argMaxIf(t.title, t.position, t.event = 'opened') AS title,
    argMaxIf(t.url, t.position, t.event = 'opened') AS url,
    minIf(toNullable(t.at), t.event = 'opened') AS opened_at,
    argMaxIf(t.author, t.position, t.event = 'opened') AS opened_by,
    if(argMax(t.event, t.position) = 'closed', toNullable(argMax(t.at, t.position)), NULL) AS closed_at,
    if(argMax(t.event, t.position) = 'closed', argMax(t.author, t.position), '') AS closed_by,
    if(argMax(t.event, t.position) = 'closed', argMax(t.reason, t.position), '') AS reason
FROM tasks AS t FINAL
GROUP BY tenant, task_id;

-- As the service judges them: the first answer in time, then the first use of just the action that was asked for. `used_by` is the
-- action that says it ran on the approval, under the same digest.
CREATE OR REPLACE VIEW v_approvals AS
WITH said AS
(
    SELECT tenant, approval_id,
        argMinIf(tuple(identity_id, operation, resources, arguments, task_id, session_id, chain_id, grant_id, policy_id,
            policy_version, digest, expires_at, at, author), position, event = 'asked') AS asked,
        arraySort(one -> one.1, groupArrayIf(tuple(position, event, at, author, comment, digest), event != 'asked')) AS later,
        arrayFirst(one -> one.2 IN ('approved', 'denied') AND one.3 < asked.12, later) AS answered,
        arrayFirst(one -> one.2 = 'used' AND answered.2 = 'approved' AND one.1 > answered.1 AND one.6 = asked.11 AND one.3 < asked.12, later) AS used
    FROM approvals FINAL
    GROUP BY tenant, approval_id
    HAVING countIf(event = 'asked') > 0
),
ran AS
(
    SELECT tenant, claimed_approval_id AS approval_id, attributes['nhi.action.digest'] AS digest, argMin(action_id, started_at) AS action_id
    FROM actions FINAL
    WHERE claimed_approval_id != ''
    GROUP BY tenant, approval_id, digest
)
SELECT
    s.tenant AS tenant,
    s.approval_id AS approval_id,
    multiIf(s.used.2 = 'used', 'used', s.answered.2 = 'denied', 'denied', s.asked.12 <= now64(6), 'expired',
        s.answered.2 = 'approved', 'approved', 'asked') AS state,
    s.asked.1 AS identity_id,
    s.asked.2 AS operation,
    s.asked.3 AS resources,
    s.asked.4 AS arguments,
    s.asked.5 AS task_id,
    s.asked.6 AS session_id,
    s.asked.7 AS chain_id,
    s.asked.8 AS grant_id,
    s.asked.9 AS policy_id,
    s.asked.10 AS policy_version,
    s.asked.11 AS digest,
    s.asked.13 AS asked_at,
    s.asked.14 AS asked_by,
    s.asked.12 AS expires_at,
    s.answered.2 AS answer,
    if(s.answered.2 = '', NULL, toNullable(s.answered.3)) AS answered_at,
    s.answered.4 AS answered_by,
    s.answered.5 AS comment,
    if(s.used.2 = '', NULL, toNullable(s.used.3)) AS used_at,
    ran.action_id AS used_by
FROM said AS s
LEFT JOIN ran ON ran.tenant = s.tenant AND ran.approval_id = s.approval_id AND ran.digest = s.asked.11;

-- All that was ever set, the latest first; what a playbook would have done is among it, marked.
CREATE OR REPLACE VIEW v_standings AS
SELECT tenant, subject_kind, subject_id, at, standing, reason, author, until, finding_id, dry_run, log, position
FROM standings FINAL
ORDER BY tenant, at DESC, log, position DESC;

-- A guard's decisions, joined with what then happened. A decision of the service whose caller sent a span is told by the span.
CREATE OR REPLACE VIEW v_decisions AS
SELECT tenant, started_at, identity_id, action_id, kind, operation, resource_id, decision_verdict AS verdict,
    decision_outcome AS outcome, decision_reason AS reason, status, 'span' AS origin
FROM actions FINAL
WHERE decision_verdict != ''
UNION ALL
SELECT tenant, at AS started_at, identity_id, decision_id AS action_id, kind, operation, resource_ids[1] AS resource_id, verdict,
    '' AS outcome, reason, '' AS status, 'service' AS origin
FROM decisions FINAL
WHERE (tenant, identity_id, digest, verdict) NOT IN (
    SELECT tenant, identity_id, attributes['nhi.action.digest'], decision_verdict FROM actions
    WHERE decision_verdict != '' AND attributes['nhi.action.digest'] != '');

-- What guards in shadow mode would have held back, before they do.
CREATE OR REPLACE VIEW v_shadow_report AS
SELECT
    tenant,
    identity_id,
    operation,
    decision_verdict AS verdict,
    decision_reason AS reason,
    count() AS actions,
    min(started_at) AS first_at,
    max(started_at) AS last_at,
    uniqExact(chain_id) AS chains,
    groupUniqArray(5)(resource_id) AS resources,
    groupArray(5)(action_id) AS examples
FROM actions FINAL
WHERE decision_outcome = 'observed' AND decision_verdict IN ('deny', 'ask')
GROUP BY tenant, identity_id, operation, verdict, reason;
