-- The logs of an installation without Kafka, behind the same ports as the topics of the same names.
CREATE TABLE IF NOT EXISTS span_log
(
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    key LowCardinality(String),
    headers String CODEC(ZSTD(1)),
    value_base64 String CODEC(ZSTD(1)),
    appended_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
PARTITION BY toDate(appended_at)
ORDER BY (topic, partition, offset)
TTL toDateTime(appended_at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS control_log
(
    position Int64,
    record String CODEC(ZSTD(1))
)
ENGINE = MergeTree
ORDER BY position
SETTINGS non_replicated_deduplication_window = 100000;

-- What playbooks answered to findings; read by the service, which tells the guards.
CREATE TABLE IF NOT EXISTS standing_log AS control_log
ENGINE = MergeTree
ORDER BY position
SETTINGS non_replicated_deduplication_window = 100000;

-- What could not be taken in, without its content.
CREATE TABLE IF NOT EXISTS dead_letters
(
    tenant LowCardinality(String),
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    record_index Int32,
    reason LowCardinality(String),
    message String,
    bytes UInt64,
    source LowCardinality(String),
    at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, topic, partition, offset, record_index);
