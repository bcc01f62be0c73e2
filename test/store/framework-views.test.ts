/** The framework map as rows, and what it counts: per id and day, with what was never found beside it. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { findingRow } from "../../detector/store/rows.ts";
import { storeReader } from "../../detector/store/read.ts";
import { findingMap, frameworkIds, frameworksOf, responseMap } from "../../schemas/index.ts";
import { builtAtUs, findingWith } from "../support/build.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

const dayUs = 86_400_000_000;
let store: FreshStore;
const rowsOf = async <Row>(query: string): Promise<readonly Row[]> => store.database.query<Row>(query);

const finding = (nth: number, rule: string, days: number, tenant = "default", signal = "") =>
  findingWith({
    id: String(nth).repeat(32),
    rule,
    tenant,
    frameworks: frameworksOf(rule, signal),
    atUs: builtAtUs + days * dayUs,
  });
const findings = [
  finding(1, "outside-grant", 0),
  finding(2, "outside-grant", 0),
  finding(3, "outside-grant", 1),
  finding(4, "forged-identity", 1),
  finding(5, "identity-lifecycle", 1, "acme", "two_environments"),
];

beforeAll(async () => {
  store = await freshStore();
  // Stored twice, as after a crash: counted once.
  for (const _ of [1, 2]) await store.database.insert("findings", findings.map(findingRow));
});
afterAll(() => store.drop());

test("the views hold the table, line by line", async () => {
  const ids = await rowsOf("SELECT framework, id, title, parts FROM v_framework_ids");
  expect(ids).toEqual(
    frameworkIds.map(({ framework, id, title, parts }) => ({ framework, id, title, parts })),
  );
  const map = await rowsOf<{ kind: string; name: string; id: string }>("SELECT * FROM v_framework_map");
  const expected = (kind: string, table: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(table).flatMap(([name, ofName]) => ofName.map((id) => ({ kind, name, id })));
  expect(map).toEqual([...expected("finding", findingMap), ...expected("response", responseMap)]);
});

test("a finding keeps its ids in the store", async () => {
  const reader = storeReader(store.database, store.name);
  expect((await reader.finding("default", "1".repeat(32)))[0]?.frameworks).toEqual(
    findingMap["outside-grant"],
  );
});

test("findings are counted for each id and day, in each function or tactic", async () => {
  const counted = await rowsOf(
    "SELECT part, name, toString(day) AS day, toUInt32(findings) AS findings FROM v_framework_coverage WHERE tenant = 'default' AND id = 'AML.T0053' AND findings > 0 ORDER BY part, day",
  );
  const days = [
    { name: "outside-grant", day: "2026-03-02", findings: 2 },
    { name: "outside-grant", day: "2026-03-03", findings: 1 },
  ];
  const inPart = (part: string) => days.map((day) => ({ part, ...day }));
  expect(counted).toEqual([...inPart("Execution"), ...inPart("Privilege Escalation")]);
});

test("a window is a condition on the day, and ids without a finding in it are there with 0", async () => {
  const counted = await rowsOf<{ id: string; n: number; rules: string[] }>(
    "SELECT id, toUInt32(sumIf(findings, day = '2026-03-03')) AS n, arraySort(groupUniqArray(name)) AS rules FROM v_framework_coverage WHERE tenant = 'default' AND framework = 'owasp-nhi' AND kind = 'finding' GROUP BY id",
  );
  const byId = new Map(counted.map((row) => [row.id, row]));
  expect(byId.get("NHI5:2025")).toMatchObject({ n: 1 });
  expect(byId.get("NHI8:2025")).toEqual({
    id: "NHI8:2025",
    n: 0,
    rules: ["identity-lifecycle", "outside-grant"],
  });
  expect(byId.get("NHI4:2025")?.rules).toEqual([
    "first-use",
    "forged-identity",
    "identity-flood",
    "outside-grant",
    "second-place",
  ]);
});

test("every rule and response of the table has a row, whether anything was counted or not", async () => {
  const [row] = await rowsOf<{ findings: string[]; responses: string[] }>(
    "SELECT arraySort(groupUniqArrayIf(name, kind = 'finding')) AS findings, arraySort(groupUniqArrayIf(name, kind = 'response')) AS responses FROM v_framework_coverage WHERE tenant = 'default'",
  );
  const rules = new Set(Object.keys(findingMap).map((name) => name.split("/")[0]));
  expect(new Set(row?.findings)).toEqual(rules);
  expect(row?.responses).toEqual(Object.keys(responseMap).toSorted());
});

test("tenants are kept apart", async () => {
  expect(
    await rowsOf(
      "SELECT tenant, toUInt32(sum(findings)) AS n FROM v_framework_coverage WHERE id = 'NHI8:2025' GROUP BY tenant ORDER BY tenant",
    ),
  ).toEqual([
    { tenant: "acme", n: 1 },
    { tenant: "default", n: 0 },
  ]);
});
