-- What each finding adds to the risk of whoever it is about, as the detector `risk` counts it (detector/detect/risk.ts): by severity and
-- evidence, half of what the same rule's finding before it added. Of the last seven days before the identity's latest finding, after
-- which less than a hundredth is left of anything.
CREATE OR REPLACE VIEW v_risk_points AS
SELECT
    p.tenant AS tenant,
    p.identity_id AS identity_id,
    p.finding_id AS finding_id,
    p.chain_id AS chain_id,
    p.action_id AS action_id,
    p.rule AS rule,
    p.severity AS severity,
    p.at AS at,
    p.points AS points,
    p.points * pow(0.5, row_number() OVER (PARTITION BY p.tenant, p.identity_id, p.rule ORDER BY p.at, p.finding_id) - 1) AS counted
FROM
(
    SELECT
        f.tenant AS tenant,
        f.identity_id AS identity_id,
        f.finding_id AS finding_id,
        f.chain_id AS chain_id,
        f.action_ids[1] AS action_id,
        f.rule AS rule,
        f.severity AS severity,
        f.at AS at,
        max(f.at) OVER (PARTITION BY f.tenant, f.identity_id) AS latest_at,
        transform(f.severity, ['info', 'low', 'medium', 'high', 'critical'], [0, 3, 15, 35, 60], 0)
            * (1 + 0.25 * greatest(0, toInt64(length(f.evidence)) - 1))
            * if(f.confidence = 'cold_start', 0.5, 1) AS points
    FROM findings AS f FINAL
    WHERE f.rule != 'risk'
) AS p
WHERE p.at > p.latest_at - INTERVAL 7 DAY;

-- The risk of each identity: when its latest finding came, and what is left of it now, as it halves in a day.
CREATE OR REPLACE VIEW v_risk AS
SELECT
    r.tenant AS tenant,
    r.identity_id AS identity_id,
    round(sum(r.counted * exp2(-(toUnixTimestamp64Micro(r.latest_at) - toUnixTimestamp64Micro(r.at)) / 86400000000)), 1) AS risk_then,
    round(risk_then * exp2(-greatest(0, toUnixTimestamp64Micro(now64(6)) - toUnixTimestamp64Micro(any(r.latest_at))) / 86400000000), 1) AS risk,
    multiIf(risk >= 100, 'critical', risk >= 60, 'high', risk >= 20, 'elevated', '') AS level,
    countIf(r.points > 0) AS findings,
    arraySort(groupUniqArrayIf(r.rule, r.points > 0)) AS rules,
    any(r.latest_at) AS last_at
FROM (SELECT *, max(at) OVER (PARTITION BY tenant, identity_id) AS latest_at FROM v_risk_points) AS r
GROUP BY tenant, identity_id;

-- The risk of a chain, shared over every hop: a finding counts in full for each identity on the delegation path of its action, and not
-- for the last one alone, as who hands on what it was told has its part in what comes of it. In full and not divided, or a
-- longer path would make each hop harmless. `spread` says at how many identities of the chain findings were made. Decayed to the
-- chain's latest finding. Ask with a chain_id.
CREATE OR REPLACE VIEW v_chain_risk AS
SELECT
    h.tenant AS tenant,
    h.chain_id AS chain_id,
    h.hop AS identity_id,
    min(h.nth) AS hop,
    round(sum(h.counted * exp2(-(toUnixTimestamp64Micro(h.latest_at) - toUnixTimestamp64Micro(h.at)) / 86400000000)), 1) AS risk,
    round(sumIf(h.counted * exp2(-(toUnixTimestamp64Micro(h.latest_at) - toUnixTimestamp64Micro(h.at)) / 86400000000), h.hop = h.identity_id), 1) AS own_risk,
    uniqExact(h.finding_id) AS findings,
    uniqExact(h.identity_id) AS spread,
    max(h.at) AS last_at
FROM
(
    SELECT
        r.tenant AS tenant,
        r.chain_id AS chain_id,
        r.identity_id AS identity_id,
        r.finding_id AS finding_id,
        r.at AS at,
        r.counted AS counted,
        r.latest_at AS latest_at,
        hop,
        nth
    FROM
    (
        SELECT *, max(at) OVER (PARTITION BY tenant, chain_id) AS latest_at FROM v_risk_points WHERE points > 0
    ) AS r
    LEFT JOIN (SELECT tenant, chain_id, identity_id, argMax(path, length(path)) AS path FROM chain_actions FINAL GROUP BY tenant, chain_id, identity_id) AS a
        ON a.tenant = r.tenant AND a.chain_id = r.chain_id AND a.identity_id = r.identity_id
    ARRAY JOIN arrayDistinct(arrayPushBack(a.path, r.identity_id)) AS hop, arrayEnumerate(arrayDistinct(arrayPushBack(a.path, r.identity_id))) AS nth
) AS h
GROUP BY tenant, chain_id, identity_id;
