-- Every version of every grant, and every revocation, as the control log brought them.
CREATE TABLE IF NOT EXISTS grants
(
    tenant LowCardinality(String),
    grant_id String,
    position Int64,
    event LowCardinality(String),
    given_at DateTime64(6, 'UTC'),
    author String,
    grantee String,
    approver String,
    policy_id LowCardinality(String),
    policy_version LowCardinality(String),
    operations Array(String),
    resources Array(String),
    window_from Nullable(DateTime64(6, 'UTC')),
    window_until Nullable(DateTime64(6, 'UTC')),
    approval_id String
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, grant_id, position);
