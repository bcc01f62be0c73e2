-- The uses of credentials side by side, as `actions` lies by identity: what the ledger of credentials is made of. Of rows that are
-- alike any may stay. An instant that the sender's clock can't have meant counts as when it was received.
CREATE TABLE IF NOT EXISTS credential_actions
(
    tenant LowCardinality(String),
    credential_id String,
    at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    action_id String,
    identity_id LowCardinality(String),
    task_id String,
    session_id String,
    network LowCardinality(String),
    type LowCardinality(String),
    issuer LowCardinality(String),
    issued_at Int64 CODEC(ZSTD(1)),
    expires_at Int64 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, credential_id, at, action_id)
SETTINGS index_granularity = 1024;

CREATE MATERIALIZED VIEW IF NOT EXISTS credential_actions_from_actions TO credential_actions AS
SELECT tenant, credential_id, if(clock_suspect, received_at::DateTime64(6, 'UTC'), started_at) AS at, action_id, identity_id, task_id,
    session_id, network, attributes['nhi.credential.type'] AS type, attributes['nhi.credential.issuer'] AS issuer,
    toInt64OrZero(attributes['nhi.credential.issued_at']) AS issued_at, toInt64OrZero(attributes['nhi.credential.expires_at']) AS expires_at
FROM actions
WHERE credential_id != '' AND phase != 'start';

-- When a credential was taken back: as the control log says, and by whatever action did it.
CREATE TABLE IF NOT EXISTS credential_revocations
(
    tenant LowCardinality(String),
    credential_id String,
    at DateTime64(6, 'UTC'),
    author String,
    reason String
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, credential_id, at, author);

CREATE MATERIALIZED VIEW IF NOT EXISTS credential_revocations_from_actions TO credential_revocations AS
SELECT tenant, resource AS credential_id, ended_at AS at, identity_id AS author, operation AS reason
FROM actions
ARRAY JOIN resource_ids AS resource
WHERE kind = 'credential_revoke' AND status = 'ok' AND phase != 'start';

-- The ledger: one row a credential. Lists hold 64 entries at most. What a credential says of itself is what its last use said.
-- Ask with a credential_id where there are many.
CREATE OR REPLACE VIEW v_credentials AS
SELECT
    u.tenant AS tenant,
    u.credential_id AS credential_id,
    argMaxIf(u.issuer, u.at, u.issuer != '') AS issuer,
    argMaxIf(u.type, u.at, u.type != '') AS type,
    if(maxIf(u.issued_at, u.issued_at > 0) AS issued > 0, toDateTime64(least(issued, 9000000000), 0, 'UTC')::Nullable(DateTime64(0, 'UTC')), NULL) AS issued_at,
    if(maxIf(u.expires_at, u.expires_at > 0) AS expires > 0, toDateTime64(least(expires, 9000000000), 0, 'UTC')::Nullable(DateTime64(0, 'UTC')), NULL) AS expires_at,
    arraySort(groupUniqArray(64)(u.identity_id)) AS identities,
    arraySort(groupUniqArrayIf(64)(u.task_id, u.task_id != '')) AS tasks,
    arraySort(groupUniqArrayIf(64)(u.session_id, u.session_id != '')) AS sessions,
    arraySort(groupUniqArrayIf(64)(u.network, u.network != '')) AS networks,
    uniqExact(u.action_id) AS uses,
    min(u.at) AS first_used_at,
    max(u.at) AS last_used_at,
    any(r.revoked_at) AS revoked_at,
    any(r.revoked_by) AS revoked_by,
    minOrNullIf(u.at, u.at >= r.revoked_at) AS used_after_revocation_at
FROM credential_actions AS u
LEFT JOIN
(
    SELECT tenant, credential_id, min(at)::Nullable(DateTime64(6, 'UTC')) AS revoked_at, argMin(author, at) AS revoked_by
    FROM credential_revocations
    GROUP BY tenant, credential_id
) AS r ON r.tenant = u.tenant AND r.credential_id = u.credential_id
GROUP BY tenant, credential_id;

-- How well actions were attributed, and how they stood to policy: one row for an identity, a day, a strength and an outcome.
CREATE OR REPLACE VIEW v_policy_report AS
SELECT
    a.tenant AS tenant,
    a.identity_id AS identity_id,
    toDate(a.started_at) AS day,
    a.strength AS strength,
    a.authority AS authority,
    count() AS actions,
    countIf(a.mutating) AS mutating,
    countIf(a.status = 'denied' OR a.decision_outcome = 'blocked') AS refused,
    countIf(a.attributes['nhi.bound.contradicted'] != '') AS forged,
    min(a.started_at) AS first_at,
    max(a.started_at) AS last_at
FROM actions AS a FINAL
WHERE a.phase != 'start'
GROUP BY tenant, identity_id, day, strength, authority;

-- What would have to be undone: what an identity changed and nobody stopped, newest first. Ask with an identity_id and a started_at.
CREATE OR REPLACE VIEW v_rollback AS
SELECT tenant, identity_id, started_at, ended_at, action_id, chain_id, session_id, task_id, kind, operation, resource_id, resource_ids,
    status, authority, grant_id, approver, claimed_approval_id, credential_id, network, path
FROM actions FINAL
WHERE mutating AND phase != 'start' AND status != 'denied' AND decision_outcome != 'blocked'
ORDER BY started_at DESC, action_id;

-- The commands of a session and the grant that each rests on. Of a statement its shape is shown, never a value.
CREATE OR REPLACE VIEW v_commands AS
SELECT tenant, identity_id, started_at, action_id, session_id, task_id, chain_id, grant_id, approver, policy_id, policy_version, authority,
    operation, resource_id, attributes['db.namespace'] AS database, attributes['db.query.summary'] AS shape, mutating, status
FROM actions FINAL
WHERE phase != 'start' AND kind NOT IN ('model_call', 'agent_run')
ORDER BY started_at, action_id;
