-- What the detectors said. Replacing by the computed finding id.
CREATE TABLE IF NOT EXISTS findings
(
    tenant LowCardinality(String),
    at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    finding_id String,
    rule LowCardinality(String),
    rule_version UInt16,
    identity_id String,
    episode_id String,
    chain_id String,
    session_id String,
    severity LowCardinality(String),
    title String,
    cause String,
    why String,
    sql String,
    action_ids Array(String),
    frameworks Array(LowCardinality(String)),
    evidence Array(LowCardinality(String)),
    confidence LowCardinality(String) DEFAULT 'full',
    hint LowCardinality(String),
    hint_why Array(String),
    changes Array(String),
    signal LowCardinality(String),
    hidden_by String,
    hidden_severity LowCardinality(String),
    INDEX by_finding finding_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_identity identity_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_chain chain_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, at, finding_id)
SETTINGS non_replicated_deduplication_window = 10000;

-- The outbox: written in the same chunk as the finding that caused it, delivered by the alert role.
CREATE TABLE IF NOT EXISTS alerts
(
    tenant LowCardinality(String),
    alert_id String,
    episode_id String,
    at DateTime64(6, 'UTC'),
    body String
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, alert_id)
SETTINGS non_replicated_deduplication_window = 10000;

-- One row an attempt to deliver an alert to a destination.
CREATE TABLE IF NOT EXISTS alert_deliveries
(
    tenant LowCardinality(String),
    alert_id String,
    destination LowCardinality(String),
    attempt UInt32,
    at DateTime64(3, 'UTC'),
    outcome LowCardinality(String),
    status UInt16,
    error String,
    next_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, alert_id, destination, attempt);

-- What playbooks did about findings, written with their chunk. The first row of a response stays: a repeat sets nothing anew.
CREATE TABLE IF NOT EXISTS responses
(
    tenant LowCardinality(String),
    response_id String,
    finding_id String,
    playbook_id LowCardinality(String),
    kind LowCardinality(String),
    subject_kind LowCardinality(String),
    subject_id String,
    standing LowCardinality(String),
    reason String,
    at DateTime64(6, 'UTC'),
    until Nullable(DateTime64(6, 'UTC')),
    is_dry_run Bool,
    held_back LowCardinality(String),
    identity_id String,
    credential_id String,
    credential_type LowCardinality(String),
    chain_id String,
    operation LowCardinality(String),
    grant_id String,
    frameworks Array(LowCardinality(String)),
    set_at DateTime64(3, 'UTC'),
    firstness Int64 DEFAULT -toUnixTimestamp64Milli(set_at),
    INDEX by_chain chain_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_finding finding_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(firstness)
ORDER BY (tenant, response_id)
SETTINGS non_replicated_deduplication_window = 10000;

-- One row an attempt to have a credential revoked where it was issued.
CREATE TABLE IF NOT EXISTS revocations
(
    tenant LowCardinality(String),
    response_id String,
    hook LowCardinality(String),
    attempt UInt32,
    credential_id String,
    asked_at DateTime64(3, 'UTC'),
    done_at DateTime64(3, 'UTC'),
    outcome LowCardinality(String),
    verified Bool,
    status UInt16,
    error String,
    next_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, response_id, hook, attempt);
