-- Offsets that a topic let go of before they were stored: its retention was shorter than our absence. A loss that is
-- noticed again, and has grown since, keeps the later end.
CREATE TABLE IF NOT EXISTS losses
(
    topic LowCardinality(String),
    partition Int32,
    from_offset Int64,
    next_offset Int64,
    noticed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(next_offset)
ORDER BY (topic, partition, from_offset);

CREATE OR REPLACE VIEW v_losses AS
SELECT topic, partition, from_offset, next_offset, next_offset - from_offset AS records, noticed_at
FROM losses FINAL;
