/** Ways around the conditions of a grant, as data. Of each, the same without the trick is allowed. */
import type { Conditions, ControlRecord, Grant } from "../../schemas/index.ts";
import {
  type AskedFacts,
  type AuthorityCase,
  common,
  given,
  guardSet,
  instant,
  type Tried,
} from "./authority-base.ts";

type Facts = Partial<AskedFacts>;
type Before = NonNullable<Tried["before"]>;

/** A grant under conditions: asked about what is tried, and about what keeps to them. */
function under(
  conditions: Conditions,
  rows: readonly (readonly [tried: string, by: string, facts: Facts, but: Facts])[],
  log: readonly ControlRecord[] = [],
  grant: Partial<Grant> = {},
): readonly AuthorityCase[] {
  const whole = [guardSet, given({ conditions, ...grant }), ...log];
  return rows.map(([tried, by, facts, but]) => ({
    kind: "condition",
    tried,
    by,
    log: whole,
    facts,
    but: { log: whole, facts: but },
  }));
}

/** One under a condition that counts: without the last of what was done before, it would be allowed. */
function counted(
  tried: string,
  by: string,
  conditions: Conditions,
  before: Before,
  facts: Facts = {},
): AuthorityCase {
  const log = [guardSet, given({ conditions })];
  return {
    kind: "condition",
    tried,
    by,
    log,
    facts,
    before,
    but: { log, facts, before: before.slice(0, -1) },
  };
}

const task = (id: string, kind: string): ControlRecord => ({
  kind: "task_opened",
  ...common,
  task: { id, kind, title: "" },
});
const closedAt = (taskId: string, atUs: number): ControlRecord => ({
  kind: "task_closed",
  ...common,
  atUs,
  taskId,
  reason: "",
});
const seconds = (count: number): number => count * 1e6;
const noon = instant("12:00:00");
const sent: Facts = { operation: "mail.send", resources: [{ id: "files/pub/a" }] };
const done = (facts: Facts, isOk = true): Before[number] => ({ facts, isOk });
const agoUs = (us: number, isOk = true): Before[number] => done({ startedAtUs: noon - us }, isOk);

const tasks = under(
  { task: { id: "CHG-*", kind: "change" } },
  [
    ["a task that was never opened", "task_closed", { taskId: "CHG-9" }, { taskId: "CHG-1" }],
    [
      "a task that was closed a microsecond ago",
      "task_closed",
      { taskId: "CHG-2" },
      { taskId: "CHG-2", startedAtUs: noon - 2 },
    ],
    [
      "a task of another kind under an id that is named",
      "task_closed",
      { taskId: "CHG-3" },
      { taskId: "CHG-1" },
    ],
    ["a task's id in other letters", "task_closed", { taskId: "chg-1" }, { taskId: "CHG-1" }],
    ["no task where one is asked for", "task_closed", {}, { taskId: "CHG-1" }],
  ],
  [task("CHG-1", "change"), task("CHG-2", "change"), task("CHG-3", "ticket"), closedAt("CHG-2", noon - 1)],
);

const circumstances = [
  ...under({ environments: ["prod"] }, [
    [
      "an environment that only begins as the named one",
      "wrong_environment",
      { environment: "prod-2" },
      { environment: "prod" },
    ],
    ["an environment that is not said", "wrong_environment", {}, { environment: "prod" }],
  ]),
  ...under({ networks: ["10.0.0.0/8"] }, [
    [
      "an IPv4 address written as IPv6 of another block",
      "wrong_network",
      { network: "64:ff9b::10.1.2.3" },
      { network: "::ffff:10.1.2.3" },
    ],
    ["an address with leading zeros", "wrong_network", { network: "010.1.2.3" }, { network: "10.1.2.3" }],
    ["a network that is not said", "wrong_network", {}, { network: "10.1.2.3" }],
  ]),
  ...under({ sessions: ["triage-*"] }, [
    ["a session of somebody else", "wrong_session", { sessionId: "coder-7" }, { sessionId: "triage-7" }],
  ]),
  ...under({ credential: { ageMax: "15m", types: ["jwt"] } }, [
    [
      "a credential of another kind",
      "wrong_credential",
      { credentialType: "api_key", credentialIssuedAt: noon / 1e6 },
      { credentialType: "jwt", credentialIssuedAt: noon / 1e6 },
    ],
    [
      "a credential that doesn't say when it was issued",
      "credential_too_old",
      { credentialType: "jwt" },
      { credentialType: "jwt", credentialIssuedAt: noon / 1e6 - 900 },
    ],
    [
      "a credential issued in the future",
      "credential_too_old",
      { credentialType: "jwt", credentialIssuedAt: noon / 1e6 + 301 },
      { credentialType: "jwt", credentialIssuedAt: noon / 1e6 + 1 },
    ],
    [
      "a credential of which the instant is no number",
      "credential_too_old",
      { credentialType: "jwt", credentialIssuedAt: Number.NaN },
      { credentialType: "jwt", credentialIssuedAt: noon / 1e6 },
    ],
  ]),
  ...under({ delegation: { depthMax: 1, roots: ["user:ana"] } }, [
    [
      "a delegation that is one hop too deep",
      "too_deep",
      { path: ["user:ana", "agent:lead", "agent:triage"] },
      { path: ["user:ana", "agent:triage"] },
    ],
    [
      "a root whose name looks like the named one",
      "wrong_root",
      { path: ["user:\u0430na", "agent:triage"] },
      { path: ["user:ana", "agent:triage"] },
    ],
    [
      "a path that names the root twice",
      "too_deep",
      { path: ["user:ana", "user:ana", "agent:triage"] },
      { path: ["user:ana", "agent:triage"] },
    ],
    [
      "no path at all, so that nobody stands behind it",
      "wrong_root",
      { path: [] },
      { path: ["user:ana", "agent:triage"] },
    ],
  ]),
  ...under(
    { hours: { days: ["sun"], from: "02:00", until: "03:00", zone: "Europe/Berlin" } },
    [
      [
        "the hour that summer time leaves out",
        "outside_hours",
        { startedAtUs: Date.parse("2026-03-29T01:30:00Z") * 1000 },
        { startedAtUs: Date.parse("2026-03-22T01:30:00Z") * 1000 },
      ],
      [
        "the minute before it",
        "outside_hours",
        { startedAtUs: Date.parse("2026-03-29T00:59:59Z") * 1000 },
        { startedAtUs: Date.parse("2026-03-22T01:00:00Z") * 1000 },
      ],
    ],
    [],
    { window: { from: "2026-03-01T00:00:00Z" } },
  ),
];

const steps: Conditions = { workflow: { steps: ["tickets.read", "mail.send"] } };
const first = { startedAtUs: noon - seconds(60), sessionId: "s1" };
const second = { ...sent, startedAtUs: noon - seconds(30), sessionId: "s1" };
const counts: readonly AuthorityCase[] = [
  ...under(steps, [
    ["a later step before an earlier one", "out_of_order", { ...sent, sessionId: "s1" }, { sessionId: "s1" }],
  ]),
  counted("back to an earlier step in the same session", "out_of_order", steps, [done(first), done(second)], {
    sessionId: "s1",
  }),
  {
    ...counted(
      "a step that another session has come to",
      "out_of_order",
      steps,
      [done({ ...first, sessionId: "s2" })],
      second,
    ),
    but: { log: [guardSet, given({ conditions: steps })], facts: second, before: [done(first)] },
  },
  counted(
    "one action more than the rate, on the edge of the interval",
    "over_rate",
    { rate: { max: 2, per: "1m" } },
    [agoUs(seconds(60) - 1), agoUs(seconds(30))],
  ),
  counted("one try more than the retries", "over_retries", { retries: { max: 1, per: "1h" } }, [
    agoUs(seconds(20), false),
    agoUs(seconds(10), false),
  ]),
  counted(
    "bytes in many small parts",
    "over_volume",
    { volume: { bytesMax: 100, per: "1h" } },
    Array.from({ length: 10 }, (_, nth) => done({ startedAtUs: noon - seconds(100 - nth), resultBytes: 10 })),
  ),
];

export const conditionCases: readonly AuthorityCase[] = [...tasks, ...circumstances, ...counts];
