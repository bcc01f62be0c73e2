-- What analysts read. Each view shows every row once. With the setting, conditions on what a table is ordered by are looked at
-- before all columns are read and rows that were written twice are put together: an identity's day in 14 ms instead of 38.
CREATE OR REPLACE VIEW v_actions AS SELECT *, parent_id FROM actions FINAL SETTINGS optimize_move_to_prewhere_if_final = 1;

CREATE OR REPLACE VIEW v_findings AS SELECT * FROM findings FINAL SETTINGS optimize_move_to_prewhere_if_final = 1;

CREATE OR REPLACE VIEW v_episodes AS
SELECT
    f.tenant AS tenant,
    f.identity_id AS identity_id,
    f.episode_id AS episode_id,
    min(f.at) AS started_at,
    max(f.at) AS ended_at,
    argMax(f.severity, indexOf(['info', 'low', 'medium', 'high', 'critical'], f.severity)) AS severity,
    count() AS findings,
    groupUniqArray(f.rule) AS rules,
    argMin(f.title, f.at) AS first_title,
    groupUniqArray(f.chain_id) AS chains
FROM findings AS f FINAL
WHERE f.hidden_by = ''
GROUP BY tenant, identity_id, episode_id;

CREATE OR REPLACE VIEW v_grants AS
SELECT
    g.tenant AS tenant,
    g.grant_id AS grant_id,
    argMaxIf(g.grantee, g.position, g.event = 'given') AS grantee,
    argMaxIf(g.approver, g.position, g.event = 'given') AS approver,
    argMaxIf(g.policy_id, g.position, g.event = 'given') AS policy_id,
    argMaxIf(g.policy_version, g.position, g.event = 'given') AS policy_version,
    argMaxIf(g.operations, g.position, g.event = 'given') AS operations,
    argMaxIf(g.resources, g.position, g.event = 'given') AS resources,
    argMaxIf(g.given_at, g.position, g.event = 'given') AS given_at,
    argMaxIf(coalesce(g.window_from, g.given_at), g.position, g.event = 'given') AS effective_from,
    argMaxIf(tuple(g.window_until), g.position, g.event = 'given').1 AS effective_until,
    argMaxIf(coalesce(g.window_from, g.given_at) < g.given_at, g.position, g.event = 'given') AS arrived_late,
    argMaxIf(g.approval_id, g.position, g.event = 'given') AS approval_id,
    if(maxIf(g.position, g.event = 'revoked') > maxIf(g.position, g.event = 'given'),
        toNullable(maxIf(g.given_at, g.event = 'revoked')), NULL) AS revoked_at,
    countIf(g.event = 'given') AS versions
FROM grants AS g FINAL
GROUP BY tenant, grant_id;

-- A guard's decisions, joined with what then happened.
CREATE OR REPLACE VIEW v_decisions AS
SELECT tenant, started_at, identity_id, action_id, kind, operation, resource_id, decision_verdict AS verdict,
    decision_outcome AS outcome, decision_reason AS reason, status
FROM actions FINAL
WHERE decision_verdict != '';

CREATE OR REPLACE VIEW v_dead_letters AS SELECT * FROM dead_letters FINAL;

-- What is known of each identity; a person can see what "normal" rests on.
CREATE OR REPLACE VIEW v_baselines AS
SELECT
    splitByChar('\0', key)[1] AS tenant,
    splitByChar('\0', key)[2] AS identity_id,
    actions,
    active_days,
    sessions,
    length(payload) AS state_bytes
FROM checkpoints FINAL
WHERE kind = 'state' AND NOT startsWith(key, '\0');
