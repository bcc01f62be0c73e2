-- One row a session of an identity: how long it went on, what was found, and its score, which is the highest of its actions'. An
-- instant that the sender's clock can't have meant counts as when it was received. An action that told of its beginning counts once.
CREATE OR REPLACE VIEW v_sessions AS
SELECT
    tenant,
    identity_id,
    session_id,
    min(at) AS started_at,
    max(until) AS ended_at,
    countIf(is_action) AS actions,
    countIf(is_finding) AS findings,
    max(points) AS score,
    groupUniqArrayArray(names) AS signals
FROM
(
    SELECT tenant, identity_id, session_id,
        if(clock_suspect, received_at::DateTime64(6, 'UTC'), actions.started_at) AS at,
        if(clock_suspect, received_at::DateTime64(6, 'UTC'), actions.ended_at) AS until,
        phase != 'start' AS is_action, false AS is_finding, actions.score AS points, actions.signals::Array(String) AS names
    FROM actions FINAL
    UNION ALL
    SELECT tenant, identity_id, session_id, findings.at AS at, findings.at AS until, false AS is_action, true AS is_finding,
        toFloat32(0) AS points, []::Array(String) AS names
    FROM findings FINAL
)
GROUP BY tenant, identity_id, session_id;
