-- One row an action. Replacing by the computed action id: a row written twice, by a replay or by a worker that had lost
-- its partition, is one row. Of an action delivered again much later the first row stays, as it was judged and learned
-- from then: the findings it caused are recounted from it. Tenant first, then identity: the questions are asked of one identity at a time.
CREATE TABLE IF NOT EXISTS actions
(
    tenant LowCardinality(String),
    identity_id String,
    started_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    action_id String,
    ended_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    chain_id String,
    session_id String,
    task_id String,
    trace_id String,
    span_id String,
    parent_span_id String,
    parent_id String ALIAS if(parent_span_id = '', '', lower(hex(substring(SHA256(concat(unhex(trace_id), unhex(parent_span_id), 'end')), 1, 16)))),
    step Int32,
    process String,
    seq Int64 CODEC(Delta(8), ZSTD(1)),
    phase LowCardinality(String),
    identity_kind LowCardinality(String),
    strength LowCardinality(String),
    identity_rule LowCardinality(String),
    owner LowCardinality(String),
    path Array(String),
    kind LowCardinality(String),
    operation LowCardinality(String),
    rule LowCardinality(String),
    resource_id String DEFAULT resource_ids[1],
    resource_kind LowCardinality(String) DEFAULT resource_kinds[1],
    resource_origin LowCardinality(String) DEFAULT resource_origins[1],
    resource_ids Array(String),
    resource_kinds Array(LowCardinality(String)),
    resource_origins Array(LowCardinality(String)),
    mutating Bool,
    network String,
    credential_id String,
    claimed_grant_id String,
    claimed_approval_id String,
    status LowCardinality(String),
    error_type LowCardinality(String),
    decision_verdict LowCardinality(String),
    decision_outcome LowCardinality(String),
    decision_reason LowCardinality(String),
    authority LowCardinality(String),
    grant_id String,
    approver String,
    approval_id String,
    policy_id LowCardinality(String),
    policy_version LowCardinality(String),
    signals Array(LowCardinality(String)),
    late Bool,
    clock_suspect Bool,
    source LowCardinality(String),
    attributes Map(LowCardinality(String), String),
    topic LowCardinality(String),
    partition Int32,
    offset Int64 CODEC(Delta(8), ZSTD(1)),
    record_index Int32,
    firstness UInt64 MATERIALIZED toUInt64(9223372036854775807 - offset),
    INDEX by_chain chain_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_action action_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_process process TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_resource resource_ids TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(firstness)
PARTITION BY toYYYYMM(received_at)
ORDER BY (tenant, identity_id, started_at, action_id)
SETTINGS non_replicated_deduplication_window = 10000;

-- From when to when a chain ran and who took part: leads a question about a chain to the few identities it needs.
CREATE TABLE IF NOT EXISTS chains
(
    tenant LowCardinality(String),
    chain_id String,
    started_at SimpleAggregateFunction(min, DateTime64(6, 'UTC')),
    ended_at SimpleAggregateFunction(max, DateTime64(6, 'UTC')),
    identities SimpleAggregateFunction(groupUniqArrayArray, Array(String))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, chain_id);

CREATE MATERIALIZED VIEW IF NOT EXISTS chains_from_actions TO chains AS
SELECT
    tenant,
    chain_id,
    min(started_at) AS started_at,
    max(ended_at) AS ended_at,
    groupUniqArray(identity_id) AS identities
FROM actions
GROUP BY tenant, chain_id;
