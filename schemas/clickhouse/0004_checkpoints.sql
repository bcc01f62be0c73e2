-- The cut of each chunk, written ahead. The first plan of a chunk wins: later ones carry the same deduplication token and
-- are dropped by the server.
CREATE TABLE IF NOT EXISTS chunk_plans
(
    topic LowCardinality(String),
    partition Int32,
    chunk Int64,
    from_offset Int64,
    next_offset Int64,
    control_position Int64,
    flush Bool,
    generation UInt64
)
ENGINE = MergeTree
ORDER BY (topic, partition, chunk)
SETTINGS non_replicated_deduplication_window = 100000;

-- Who owns a partition (or the outbox): the first claim of a generation wins, by the same means.
CREATE TABLE IF NOT EXISTS claims
(
    subject String,
    generation UInt64,
    owner String
)
ENGINE = MergeTree
ORDER BY (subject, generation)
SETTINGS non_replicated_deduplication_window = 100000;

-- Position and learned state, saved together: one insert, one block, one partition of one table, so both or neither.
-- kind is `position` (payload: JSON, progress and sums of the chunk), `chunk` (the same, one row kept for each chunk; its
-- key is the chunk's ordinal) or `state`
-- (payload: the packed state of one identity, bytes, whose form begins with its version; beside it what people ask of it;
-- under a key that begins with NUL: how many new identities a source brought).
CREATE TABLE IF NOT EXISTS checkpoints
(
    topic LowCardinality(String),
    partition Int32,
    kind LowCardinality(String),
    key String,
    -- Ordinal of the chunk.
    version Int64,
    generation UInt64,
    payload String CODEC(ZSTD(1)),
    actions UInt64 CODEC(T64, LZ4),
    active_days UInt16,
    sessions UInt16
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (topic, partition, kind, key)
SETTINGS non_replicated_deduplication_window = 10000;
