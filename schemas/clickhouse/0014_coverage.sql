-- How far what identities do is covered by grants, hour by hour: of a span whose beginning was told too, the end alone counts.
CREATE OR REPLACE VIEW v_coverage_hours AS
SELECT
    a.tenant AS tenant,
    a.identity_id AS identity_id,
    toStartOfHour(a.started_at) AS hour,
    a.operation AS operation,
    a.authority AS authority,
    any(a.identity_kind) AS identity_kind,
    count() AS actions,
    max(a.started_at) AS last_at,
    argMax(a.action_id, a.started_at) AS example
FROM actions AS a FINAL
WHERE a.phase != 'start'
GROUP BY tenant, identity_id, hour, operation, authority;

-- The same in one row an identity: `granted` of its `actions` were covered, and to `ungranted` of them it held no grant at all.
CREATE OR REPLACE VIEW v_coverage AS
SELECT
    c.tenant AS tenant,
    c.identity_id AS identity_id,
    any(c.identity_kind) AS kind,
    sum(c.actions) AS all_actions,
    sumIf(c.actions, c.authority = 'granted') AS granted,
    sumIf(c.actions, c.authority = 'no_grant') AS ungranted,
    granted / all_actions AS share,
    arraySort(groupUniqArrayIf(c.operation, c.authority != 'granted')) AS uncovered_operations,
    max(c.last_at) AS last_at
FROM v_coverage_hours AS c
GROUP BY tenant, identity_id;
