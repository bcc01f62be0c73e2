import type { ResponseKind } from "./playbook.ts";

/**
 * Rule, or `rule/signal` where a signal means something else than its rule, → ids of the frameworks (`framework-ids.ts`). The
 * pairings are our judgement; none of the four publishes one.
 */
export const findingMap: Readonly<Record<string, readonly string[]>> = {
  "outside-grant": ["PR.AA-05", "DE.CM-09", "ASI02", "ASI03", "NHI5:2025", "AML.T0053"],
  "outside-grant/revoked": ["PR.AA-01", "RS.MI-01", "ASI03", "ASI10", "NHI1:2025", "AML.T0091.000"],
  "outside-grant/task_closed": ["PR.AA-01", "PR.AA-05", "ASI03", "ASI10", "NHI1:2025", "AML.T0091.000"],
  "outside-grant/wrong_network": ["PR.AA-03", "DE.AE-03", "ASI03", "NHI4:2025", "NHI9:2025", "AML.T0012"],
  "outside-grant/wrong_environment": ["PR.AA-05", "DE.CM-09", "ASI03", "NHI8:2025", "AML.T0012"],
  "outside-grant/credential_too_old": ["PR.AA-01", "DE.CM-09", "ASI03", "NHI7:2025", "AML.T0091.000"],
  "outside-grant/wrong_root": ["PR.AA-04", "DE.CM-09", "ASI03", "ASI07", "NHI9:2025", "AML.T0073"],
  "outside-grant/too_deep": ["PR.AA-04", "DE.CM-09", "ASI03", "ASI07", "NHI9:2025", "AML.T0073"],
  "outside-grant/out_of_order": ["PR.AA-05", "DE.AE-02", "ASI02", "ASI10", "AML.T0053"],
  "outside-grant/over_retries": ["PR.AA-05", "DE.AE-02", "ASI08", "ASI10", "AML.T0053", "AML.T0034.002"],
  "outside-grant/over_rate": ["PR.AA-05", "DE.AE-02", "ASI08", "ASI10", "AML.T0053", "AML.T0034.002"],
  "outside-grant/over_volume": ["PR.DS-10", "DE.AE-02", "ASI02", "ASI03", "NHI5:2025", "AML.T0085.001"],
  "outside-grant/unapproved": ["GV.PO-01", "PR.AA-05", "ASI02", "ASI09", "NHI5:2025", "AML.T0053"],
  "no-grant": ["GV.RR-02", "ID.AM-02", "DE.CM-09", "ASI10", "NHI1:2025", "AML.T0103"],
  "first-use": ["DE.CM-09", "DE.AE-02", "ASI02", "ASI10", "NHI5:2025", "AML.T0053"],
  "first-use/secret": ["DE.CM-09", "PR.AA-05", "ASI03", "NHI2:2025", "NHI5:2025", "AML.T0055", "AML.T0098"],
  "first-use/network": ["PR.AA-03", "DE.AE-03", "ASI03", "NHI4:2025", "NHI9:2025", "AML.T0012"],
  "first-use/unprompted resource": ["DE.AE-03", "DE.CM-09", "ASI01", "ASI02", "AML.T0051.001", "AML.T0086"],
  "out-of-character": ["DE.CM-09", "DE.AE-02", "ASI01", "ASI02", "AML.T0051.001", "AML.T0053"],
  "sensitive-operation": ["PR.AA-05", "DE.CM-09", "DE.AE-02", "ASI03", "NHI5:2025", "AML.T0012"],
  "second-place": ["PR.AA-03", "DE.AE-03", "ASI03", "NHI4:2025", "NHI9:2025", "AML.T0012"],
  volume: ["DE.CM-09", "DE.AE-02", "ASI02", "ASI10", "NHI5:2025", "AML.T0053"],
  "volume/dormant": ["ID.AM-08", "DE.CM-09", "ASI10", "NHI1:2025", "AML.T0012"],
  "error-burst": ["DE.AE-02", "DE.CM-09", "ASI08", "ASI10"],
  sequence: ["DE.CM-09", "DE.AE-02", "ASI02", "ASI10", "AML.T0053"],
  "unlike-peers": ["DE.CM-09", "DE.AE-02", "ASI10", "NHI5:2025", "AML.T0053"],
  "forged-identity": ["PR.AA-03", "PR.AA-04", "DE.AE-03", "ASI03", "ASI07", "NHI4:2025", "AML.T0073"],
  "identity-flood": ["ID.AM-02", "PR.AA-02", "DE.CM-09", "ASI10", "NHI4:2025", "AML.T0103"],
  "detector-storm": ["DE.AE-02", "PR.PS-04", "RS.MA-02", "ASI08"],
  "approval-drift": ["GV.RR-02", "GV.PO-01", "DE.AE-03", "ASI09", "AML.T0053"],
  delegation: ["PR.AA-04", "DE.AE-03", "ASI03", "ASI07", "NHI9:2025", "AML.T0073"],
  "standing-violated": ["PR.AA-01", "DE.CM-09", "RS.MI-01", "ASI03", "ASI10", "NHI1:2025", "AML.T0091.000"],
  "credential-misuse": [
    "PR.AA-01",
    "PR.AA-03",
    "DE.CM-09",
    "ASI03",
    "NHI1:2025",
    "NHI7:2025",
    "AML.T0091.000",
  ],
  "identity-lifecycle": ["GV.RR-02", "ID.AM-02", "ID.AM-08", "DE.CM-09", "ASI10", "NHI1:2025", "AML.T0103"],
  "identity-lifecycle/two_environments": ["PR.AA-05", "DE.AE-03", "ASI03", "NHI8:2025", "AML.T0012"],
  "privilege-creep": ["ID.RA-07", "PR.AA-05", "DE.AE-02", "ASI02", "ASI03", "NHI5:2025", "AML.T0053"],
  "issue-then-lateral": [
    "DE.AE-03",
    "PR.AA-05",
    "ASI03",
    "NHI2:2025",
    "NHI5:2025",
    "AML.T0091.000",
    "AML.T0098",
  ],
  patterns: ["DE.AE-03", "DE.AE-02", "ASI02", "ASI10", "NHI5:2025", "AML.T0053", "AML.T0086"],
  risk: ["DE.AE-03", "DE.AE-04", "ID.RA-07", "ASI10"],
  "repeated-errors": ["DE.AE-02", "DE.CM-09", "ASI08"],
  "telemetry-gap": ["PR.PS-04", "RS.AN-07", "ASI10", "AML.M0024"],
  "telemetry-silent": ["PR.PS-04", "RS.AN-07", "ASI10", "AML.M0024"],
  "telemetry-clone": ["PR.AA-03", "PR.PS-04", "RS.AN-07", "ASI10", "NHI9:2025", "AML.M0024"],
};

/** What is done about a finding, or undone (`resume`: the standing is active again), → ids of the frameworks. */
export const responseMap: Readonly<Record<ResponseKind | "resume", readonly string[]>> = {
  watch: ["DE.AE-02", "RS.AN-03", "RS.MA-02"],
  pause: ["RS.MI-01", "RS.MA-04", "AML.M0029"],
  revoke: ["PR.AA-01", "RS.MI-01", "RS.MI-02"],
  require_approval: ["PR.AA-05", "RS.MI-01", "AML.M0029"],
  shrink_grant: ["PR.AA-05", "RS.MI-02", "AML.M0026"],
  resume: ["RC.RP-02", "RC.RP-05"],
};

/** Ids of NIST CSF, which are of a function: `RS.MI-01`. */
const ofFunction = /^[A-Z]{2}\.[A-Z]{2}-\d{2}$/u;

/**
 * The ids that a response carries: what is done falls under its own, and all but the functions of NIST CSF are those of the
 * finding too, as it is done about the same risk.
 *
 * @example
 * frameworksOfResponse("revoke", ["DE.CM-09", "ASI03"]); // ["PR.AA-01", "RS.MI-01", "RS.MI-02", "ASI03"]
 */
export function frameworksOfResponse(kind: ResponseKind, ofFinding: readonly string[]): readonly string[] {
  return [...new Set([...responseMap[kind], ...ofFinding.filter((id) => !ofFunction.test(id))])];
}

const none: readonly string[] = [];

/**
 * The ids that a finding carries: of its signal, else of its rule; none of a rule that is not in the table.
 *
 * @example
 * frameworksOf("identity-lifecycle", "two_environments"); // ["PR.AA-05", "DE.AE-03", "ASI03", "NHI8:2025", "AML.T0012"]
 */
export function frameworksOf(rule: string, signal: string): readonly string[] {
  return findingMap[`${rule}/${signal}`] ?? findingMap[rule] ?? none;
}
