-- What people want to be quiet, and what they said that findings were, as the control log says it.
CREATE TABLE IF NOT EXISTS suppressions
(
    tenant LowCardinality(String),
    suppression_id String,
    position Int64,
    event LowCardinality(String),
    at DateTime64(6, 'UTC'),
    author String,
    reason String,
    until Nullable(DateTime64(6, 'UTC')),
    rule String,
    signal String,
    identity String,
    operation String,
    resource String
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, suppression_id, position);

CREATE TABLE IF NOT EXISTS verdicts
(
    tenant LowCardinality(String),
    finding_id String,
    position Int64,
    at DateTime64(6, 'UTC'),
    author String,
    verdict LowCardinality(String),
    rule LowCardinality(String),
    signal LowCardinality(String),
    identity_id String,
    comment String
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, finding_id, position);

-- Each suppression as it was set last, and the findings that it hid: how many, the worst of them, the latest. `state` is standing,
-- removed or ended; `ends_soon` says that it ends within a day.
CREATE OR REPLACE VIEW v_suppressions AS
SELECT
    s.tenant AS tenant,
    s.suppression_id AS suppression_id,
    s.rule AS rule,
    s.signal AS signal,
    s.identity AS identity,
    s.operation AS operation,
    s.resource AS resource,
    s.author AS author,
    s.reason AS reason,
    s.set_at AS set_at,
    s.ends_at AS ends_at,
    multiIf(s.is_removed, 'removed', s.ends_at <= now64(6, 'UTC'), 'ended', 'standing') AS state,
    state = 'standing' AND s.ends_at <= now64(6, 'UTC') + INTERVAL 1 DAY AS ends_soon,
    h.hid AS hid,
    h.worst AS hid_worst,
    if(h.hid = 0, NULL, h.last_at) AS hid_last_at
FROM
(
    SELECT
        c.tenant AS tenant,
        c.suppression_id AS suppression_id,
        argMaxIf(c.rule, c.position, c.event = 'set') AS rule,
        argMaxIf(c.signal, c.position, c.event = 'set') AS signal,
        argMaxIf(c.identity, c.position, c.event = 'set') AS identity,
        argMaxIf(c.operation, c.position, c.event = 'set') AS operation,
        argMaxIf(c.resource, c.position, c.event = 'set') AS resource,
        argMaxIf(c.author, c.position, c.event = 'set') AS author,
        argMaxIf(c.reason, c.position, c.event = 'set') AS reason,
        argMaxIf(c.at, c.position, c.event = 'set') AS set_at,
        assumeNotNull(argMaxIf(c.until, c.position, c.event = 'set')) AS ends_at,
        argMax(c.event, c.position) = 'removed' AS is_removed
    FROM suppressions AS c FINAL
    GROUP BY tenant, suppression_id
    HAVING countIf(c.event = 'set') > 0
) AS s
LEFT JOIN
(
    SELECT
        f.tenant AS tenant,
        substring(f.hidden_by, length('suppression ') + 1) AS suppression_id,
        count() AS hid,
        argMax(toString(f.hidden_severity), indexOf(['info', 'low', 'medium', 'high', 'critical'], f.hidden_severity)) AS worst,
        max(f.at) AS last_at
    FROM findings AS f FINAL
    WHERE startsWith(f.hidden_by, 'suppression ')
    GROUP BY tenant, suppression_id
) AS h ON h.tenant = s.tenant AND h.suppression_id = s.suppression_id;

-- What people said last of each finding. Thresholds move by these, within bounds: `answerable finding <id> --verdict`.
CREATE OR REPLACE VIEW v_verdicts AS
SELECT
    v.tenant AS tenant,
    v.finding_id AS finding_id,
    argMax(v.verdict, v.position) AS verdict,
    argMax(v.rule, v.position) AS rule,
    argMax(v.signal, v.position) AS signal,
    argMax(v.identity_id, v.position) AS identity_id,
    argMax(v.author, v.position) AS author,
    argMax(v.comment, v.position) AS comment,
    argMax(v.at, v.position) AS at,
    count() AS verdicts
FROM verdicts AS v FINAL
GROUP BY tenant, finding_id;

-- How good a rule is by what people said of its findings: `precision` is the share of those judged that were worth telling.
CREATE OR REPLACE VIEW v_rule_quality AS
SELECT
    f.tenant AS tenant,
    f.rule AS rule,
    countIf(f.hidden_by = '') AS findings,
    countIf(startsWith(f.hidden_by, 'suppression ')) AS suppressed,
    countIf(startsWith(f.hidden_by, 'storm ')) AS stormed,
    countIf(v.verdict = 'benign') AS benign,
    countIf(v.verdict = 'misconfiguration') AS misconfiguration,
    countIf(v.verdict = 'abuse') AS abuse,
    benign + misconfiguration + abuse AS judged,
    if(judged = 0, NULL, round((misconfiguration + abuse) / judged, 4)) AS precision
FROM findings AS f FINAL
LEFT JOIN v_verdicts AS v ON v.tenant = f.tenant AND v.finding_id = f.finding_id
GROUP BY tenant, rule;
