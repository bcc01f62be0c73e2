/** A token and what is done with it at once are one finding, which cites both, in one episode with one alert. */
import { expect, test } from "@jest/globals";
import { detectors } from "../../detector/detect/index.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { stepped } from "../support/stepped.ts";

const minuteUs = 60_000_000;
const granted = (outcome: "granted" | "outside_scope") => ({
  authority: {
    outcome,
    grantId: "grant-1",
    approver: "user:ana@acme.example",
    approvalId: "",
    policyId: "support-agents",
    policyVersion: "14",
  },
});

test("a token and lateral access", () => {
  const issued = judgedWith(
    0,
    { kind: "credential_issue", operation: "vault.token.create" },
    granted("granted"),
  );
  const lateral = judgedWith(
    1,
    { operation: "db.dump", startedAtUs: builtAtUs + minuteUs },
    granted("outside_scope"),
  );
  const { findings, alerts } = stepped([issued, lateral], detectors);
  expect(findings.map(({ rule, severity, actionIds }) => ({ rule, severity, actionIds }))).toEqual([
    { rule: "issue-then-lateral", severity: "critical", actionIds: [lateral.action.id, issued.action.id] },
    { rule: "outside-grant", severity: "high", actionIds: [lateral.action.id] },
  ]);
  expect(new Set(findings.map((one) => one.episodeId)).size).toBe(1);
  expect(alerts.map((one) => one.data.rule)).toEqual(["issue-then-lateral"]);
});

test("what comes at once may seem to have begun before the token was there", () => {
  const [startedAtUs, endedAtUs] = [builtAtUs, builtAtUs + 400];
  const issued = judgedWith(
    0,
    { kind: "credential_issue", operation: "vault.token.create", startedAtUs, endedAtUs },
    granted("granted"),
  );
  const lateral = judgedWith(
    1,
    { operation: "db.dump", startedAtUs, endedAtUs: endedAtUs + 300 },
    granted("outside_scope"),
  );
  const [said] = stepped([issued, lateral], detectors).findings;
  expect(said).toMatchObject({ rule: "issue-then-lateral", why: { seconds: 0 } });
});
