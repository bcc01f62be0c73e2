import { findingMap, frameworkIds, frameworks, responseMap } from "../schemas/index.ts";

/** What is written of the framework map for those who don't read TypeScript: a migration and a page. */
const head = "Generated from schemas/frameworks.ts by `npm run generate`; change that one.";

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Every pair of the table: of a finding by its rule (or `rule/signal`), of a response by its word. */
const pairs = [
  ...Object.entries(findingMap).map(([name, ids]) => ({ kind: "finding", name, ids })),
  ...Object.entries(responseMap).map(([name, ids]) => ({ kind: "response", name, ids })),
];

function values(columns: string, rows: readonly string[]): string {
  return `SELECT * FROM values(${quoted(columns)},\n    ${rows.join(",\n    ")})`;
}

/** The views `v_framework_ids` and `v_framework_map`: the table as rows. */
export function frameworkSql(): string {
  const ids = frameworkIds.map(
    ({ framework, id, parts, title }) =>
      `(${quoted(framework)}, ${quoted(id)}, [${parts.map(quoted).join(", ")}], ${quoted(title)})`,
  );
  const map = pairs.flatMap(({ kind, name, ids: mapped }) =>
    mapped.map((id) => `(${quoted(kind)}, ${quoted(name)}, ${quoted(id)})`),
  );
  return `-- ${head}
-- Every id that findings and responses may carry; \`parts\` are functions of NIST CSF and tactics of ATLAS.
CREATE OR REPLACE VIEW v_framework_ids AS ${values("framework String, id String, parts Array(String), title String", ids)};

-- Which rule (or rule/signal) and which response falls under which id.
CREATE OR REPLACE VIEW v_framework_map AS ${values("kind String, name String, id String", map)};

-- Findings and responses a day for each id of each framework, by function or tactic. What was never counted has a row without a day.
-- A finding counts under the ids it was stored with. Rows of tenants in which nothing was ever found are those of 'default' alone.
CREATE OR REPLACE VIEW v_framework_coverage AS
WITH
    counted AS
    (
        SELECT tenant, 'finding' AS kind, rule AS name, id, toDate(at) AS day, count() AS times
        FROM findings FINAL ARRAY JOIN frameworks AS id
        GROUP BY tenant, name, id, day
        UNION ALL
        SELECT r.tenant AS tenant, 'response' AS kind, r.kind AS name, m.id AS id, toDate(r.at) AS day, count() AS times
        FROM v_responses AS r INNER JOIN v_framework_map AS m ON m.kind = 'response' AND m.name = r.kind
        WHERE NOT r.is_dry_run AND r.held_back = ''
        GROUP BY tenant, name, id, day
    ),
    mapped AS
    (
        SELECT DISTINCT tenant, kind, splitByChar('/', name)[1] AS name, id
        FROM (SELECT 'default' AS tenant UNION DISTINCT SELECT DISTINCT tenant FROM findings) AS tenants
        CROSS JOIN v_framework_map AS map
    )
SELECT m.tenant AS tenant, i.framework AS framework, part, m.id AS id, i.title AS title, m.kind AS kind, m.name AS name,
    if(c.times = 0, NULL, c.day) AS day,
    if(m.kind = 'finding', c.times, 0) AS findings,
    if(m.kind = 'response', c.times, 0) AS responses
FROM mapped AS m
INNER JOIN v_framework_ids AS i ON i.id = m.id
LEFT JOIN counted AS c ON c.tenant = m.tenant AND c.kind = m.kind AND c.name = m.name AND c.id = m.id
LEFT ARRAY JOIN i.parts AS part;
`;
}

/** \`docs/frameworks.md\`. */
export function frameworkPage(): string {
  const titles = frameworkIds.map(
    ({ framework, id, parts, title }) =>
      `| ${frameworks[framework]} | ${id} | ${title} | ${parts.join(", ")} | ${pairs
        .filter(({ ids }) => ids.includes(id))
        .map(({ name }) => `\`${name}\``)
        .join(", ")} |`,
  );
  const table = pairs.map(({ kind, name, ids }) => `| ${kind} | \`${name}\` | ${ids.join(", ")} |`);
  return `<!-- ${head} -->
# Framework map

Every finding and every response carries the ids it falls under, of ${Object.values(frameworks).join(", ")}. The pairings are our own
judgement: none of the four publishes one. A line \`rule/signal\` stands in place of its rule's for that signal.

\`\`\`sql
-- What happened in the last seven days, by function of NIST CSF; ids without a finding are there with 0.
SELECT part, id, any(title) AS title, sumIf(findings, day >= today() - 7) AS findings, sumIf(responses, day >= today() - 7) AS responses
FROM v_framework_coverage WHERE tenant = 'default' AND framework = 'nist-csf' GROUP BY part, id ORDER BY part, id;
\`\`\`

\`v_framework_coverage\` has a row for each tenant, id, part, rule or response, and day on which something was counted, and one without a day for what was
never counted. A technique of several tactics has a row in each: count within one part, or take \`uniqExact\` of findings from \`v_findings\`.

| of | rule or response | ids |
|---|---|---|
${table.join("\n")}

## Ids and their titles

| framework | id | title | function or tactic | found by, answered by |
|---|---|---|---|---|
${titles.join("\n")}
`;
}
