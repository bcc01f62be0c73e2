-- What playbooks did, or would have done: `lag_ms` from when the log took the action to when its standing was set. What the
-- safeguards held back because too many had been struck before is known to whoever folds the log of standings, and not here.
CREATE OR REPLACE VIEW v_responses AS
SELECT
    r.tenant AS tenant,
    r.at AS at,
    r.response_id AS response_id,
    r.finding_id AS finding_id,
    r.playbook_id AS playbook_id,
    r.kind AS kind,
    r.subject_kind AS subject_kind,
    r.subject_id AS subject_id,
    r.standing AS standing,
    r.reason AS reason,
    r.until AS until,
    r.is_dry_run AS is_dry_run,
    r.held_back AS held_back,
    r.identity_id AS identity_id,
    r.credential_id AS credential_id,
    r.credential_type AS credential_type,
    r.chain_id AS chain_id,
    r.operation AS operation,
    r.grant_id AS grant_id,
    r.frameworks AS frameworks,
    r.set_at AS set_at,
    dateDiff('millisecond', r.at, r.set_at::DateTime64(6, 'UTC')) AS lag_ms
FROM responses AS r FINAL;

-- How far each hook has come with each credential: its last attempt. `lag_ms` from when the log took the action to the answer.
CREATE OR REPLACE VIEW v_revocations AS
SELECT
    v.tenant AS tenant,
    v.response_id AS response_id,
    v.hook AS hook,
    v.credential_id AS credential_id,
    r.identity_id AS identity_id,
    r.chain_id AS chain_id,
    v.attempt AS attempt,
    v.asked_at AS asked_at,
    v.done_at AS done_at,
    v.outcome AS outcome,
    v.verified AS verified,
    v.status AS status,
    v.error AS error,
    dateDiff('millisecond', r.at, v.done_at::DateTime64(6, 'UTC')) AS lag_ms
FROM (SELECT * FROM revocations FINAL WHERE outcome != 'skipped' ORDER BY attempt DESC LIMIT 1 BY tenant, response_id, hook) AS v
INNER JOIN responses AS r FINAL ON r.tenant = v.tenant AND r.response_id = v.response_id;
