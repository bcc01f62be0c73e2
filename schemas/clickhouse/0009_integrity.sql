-- The numbers that spans carry within their processes (nhi.seq), of actions and other spans alike: one row for each process
-- of a chunk, two when it began anew in between. A process is what its client says it is, so client and name name it.
-- Written twice, a row is one; and whoever counts numbers counts different ones.
CREATE TABLE IF NOT EXISTS process_sequences
(
    tenant LowCardinality(String),
    source LowCardinality(String),
    process String,
    received_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    topic LowCardinality(String),
    partition Int32,
    from_offset Int64,
    nth Int32,
    starts Int32,
    stored_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta(8), ZSTD(1)),
    first_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    last_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    first_seq UInt64 CODEC(Delta(8), ZSTD(1)),
    last_seq UInt64 CODEC(Delta(8), ZSTD(1)),
    seqs Array(UInt64) CODEC(Delta(8), ZSTD(1)),
    ats Array(DateTime64(6, 'UTC')) CODEC(Delta(8), ZSTD(1)),
    INDEX by_stored stored_at TYPE minmax GRANULARITY 1,
    INDEX by_seq (first_seq, last_seq) TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (tenant, source, process, received_at, topic, partition, from_offset, nth)
SETTINGS non_replicated_deduplication_window = 10000, index_granularity = 512;

-- One row a number; `at` is when its span ended, as its sender says.
CREATE OR REPLACE VIEW v_process_sequences AS
SELECT tenant, source, process, received_at, stored_at, topic, partition, from_offset, first_at, last_at, first_seq, last_seq, seq, at
FROM process_sequences FINAL
ARRAY JOIN seqs AS seq, ats AS at;
