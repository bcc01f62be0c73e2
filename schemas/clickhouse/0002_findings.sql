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
