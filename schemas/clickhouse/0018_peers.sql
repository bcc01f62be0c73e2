-- Peer groups as the control log told them; one row an entry, so that a finding's SQL reads the very baseline it was judged by.
CREATE TABLE IF NOT EXISTS peer_baselines
(
    tenant LowCardinality(String),
    group_id String,
    position Int64,
    at DateTime64(6, 'UTC'),
    author String,
    basis LowCardinality(String),
    defined String,
    members UInt32,
    peers UInt32,
    operations Map(String, UInt32),
    operations_alone UInt32,
    operations_complete Bool,
    places Map(String, UInt32),
    places_alone UInt32,
    places_complete Bool,
    networks Map(String, UInt32),
    networks_alone UInt32,
    networks_complete Bool,
    secrets Map(String, UInt32),
    secrets_alone UInt32,
    secrets_complete Bool
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, group_id, position);

-- In which groups an identity is, and in which of them it is counted.
CREATE TABLE IF NOT EXISTS peer_groups
(
    tenant LowCardinality(String),
    identity_id String,
    position Int64,
    at DateTime64(6, 'UTC'),
    author String,
    groups Array(String),
    counted Array(String)
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, identity_id, position);

-- Every baseline that was ever told; the latest of a group has the highest position.
CREATE OR REPLACE VIEW v_peer_baselines AS SELECT * FROM peer_baselines FINAL;

-- The groups that each identity is in now; one row for each.
CREATE OR REPLACE VIEW v_peer_groups AS
SELECT tenant, identity_id, group_id, has(counted, group_id) AS is_counted, at
FROM
(
    SELECT tenant, identity_id, argMax(g.groups, g.position) AS groups, argMax(g.counted, g.position) AS counted, max(g.at) AS at
    FROM peer_groups AS g FINAL
    GROUP BY tenant, identity_id
)
ARRAY JOIN groups AS group_id;
