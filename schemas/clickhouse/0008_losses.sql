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

-- What became of each chunk, as it was counted when its position was saved. All that reads counts reads them here.
-- Its actions are those with ordinals from first_ordinal to next_ordinal (exclusive). Held are those that it had read
-- and left to the next, carried those that were left to it.
CREATE OR REPLACE VIEW v_audit_chunks AS
SELECT
    topic,
    partition,
    version AS chunk,
    JSONExtractInt(payload, 'from') AS from_offset,
    JSONExtractInt(payload, 'progress', 'next') AS next_offset,
    next_ordinal - actions AS first_ordinal,
    JSONExtractInt(payload, 'progress', 'judged') AS next_ordinal,
    JSONExtractInt(payload, 'records') AS records,
    JSONExtractInt(payload, 'spans') AS spans,
    JSONExtractInt(payload, 'actions') AS actions,
    JSONExtractInt(payload, 'noAction') AS no_action,
    JSONExtractInt(payload, 'duplicates') AS duplicates,
    JSONExtractInt(payload, 'deadLettered') AS dead_lettered,
    JSONExtractInt(payload, 'carried') AS carried,
    JSONExtractInt(payload, 'held') AS held
FROM checkpoints FINAL
WHERE kind = 'chunk';

-- For every partition: what was taken in, and what became of it. What is held is on its way.
CREATE OR REPLACE VIEW v_audit AS
SELECT
    c.topic AS topic,
    c.partition AS partition,
    count() AS chunks,
    min(c.from_offset) AS first_offset,
    max(c.next_offset) AS next_offset,
    sum(c.records) AS records,
    sum(c.spans) AS spans,
    sum(c.actions) AS actions,
    sum(c.no_action) AS no_action,
    sum(c.duplicates) AS duplicates,
    sum(c.dead_lettered) AS dead_lettered,
    argMax(c.held, c.chunk) AS held
FROM v_audit_chunks AS c
GROUP BY topic, partition;
