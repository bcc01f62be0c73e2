-- Who was claimed by whom: one row a finding, so a day of the log for each pair. `claimed_id` is the identity whose name was
-- used, `identity_id` the one that used it; every such action is marked in `v_actions`, its claim among the attributes.
CREATE OR REPLACE VIEW v_forged_identities AS
SELECT
    f.tenant AS tenant,
    JSONExtractString(f.why, 'claimed') AS claimed_id,
    f.identity_id AS identity_id,
    JSONExtractString(f.why, 'sender') AS sender,
    f.at AS at,
    f.severity AS severity,
    f.finding_id AS finding_id,
    f.episode_id AS episode_id,
    f.chain_id AS chain_id,
    f.action_ids AS action_ids
FROM findings AS f FINAL
WHERE f.rule = 'forged-identity';
