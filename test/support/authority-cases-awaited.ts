import type { AuthorityCase } from "./authority-cases.ts";

type Rows = readonly (readonly [tried: string, expected: AuthorityCase["expected"], by: string])[];

/** Tries that need more than policy: what they take is built beside them. */
const rows: Readonly<Record<string, readonly [takes: string, Rows]>> = {
  condition: [
    "conditions that are judged",
    [
      ["a task that was never opened", "blocked", "task_closed"],
      ["a task that was closed a microsecond ago", "blocked", "task_closed"],
      ["a task of another kind under the same id", "blocked", "task_closed"],
      ["a task's id in other letters", "blocked", "task_closed"],
      ["no task where one is asked for", "blocked", "task_closed"],
      ["an environment that only begins as the named one", "blocked", "wrong_environment"],
      ["an environment that is not said", "blocked", "wrong_environment"],
      ["an IPv4 address written as IPv6 of another block", "blocked", "wrong_network"],
      ["an address with leading zeros", "blocked", "wrong_network"],
      ["a network that is not said", "blocked", "wrong_network"],
      ["a session of somebody else", "blocked", "wrong_session"],
      ["a credential that doesn't say when it was issued", "blocked", "credential_too_old"],
      ["a credential issued in the future", "blocked", "credential_too_old"],
      ["a delegation that is one hop too deep", "blocked", "too_deep"],
      ["a root whose name looks like the named one", "blocked", "wrong_root"],
      ["a path that names the root twice", "blocked", "too_deep"],
      ["a later step before an earlier one", "blocked", "out_of_order"],
      ["back to an earlier step in the same session", "blocked", "out_of_order"],
      ["one action more than the rate, on the edge of the interval", "blocked", "over_rate"],
      ["one try more than the retries", "blocked", "over_retries"],
      ["bytes in many small parts", "blocked", "over_volume"],
      ["the hour that summer time leaves out", "blocked", "outside_hours"],
    ],
  ],
  approval: [
    "approvals in the verdict, and the service that keeps them",
    [
      ["the same approval a second time", "blocked", "unapproved"],
      ["an approval of another identity", "blocked", "unapproved"],
      ["an approval whose time is over", "blocked", "unapproved"],
      ["an approval that was denied, then approved", "blocked", "unapproved"],
      ["an argument that was changed after the answer", "blocked", "unapproved"],
      ["a resource that was added after the answer", "blocked", "unapproved"],
      ["an approval used by two processes at once", "blocked", "unapproved"],
      ["answering one's own question", "blocked", "403"],
      ["an id of an approval that only the span claims", "found", "approval-drift"],
      ["an action other than the one approved, under its id", "found", "approval-drift"],
    ],
  ],
  guard: [
    "a guard in a process",
    [
      ["calling the client before it is wrapped", "found", "outside-grant"],
      ["calling through a copy of the library that nobody wraps", "found", "outside-grant"],
      ["a program that makes the call in a process of its own", "found", "outside-grant"],
      ["switching the SDK off by a variable", "found", "telemetry-silent"],
      ["a stream of policy that is cut off: closed", "blocked", "stale"],
      ["a stream of policy that is cut off: open", "found", "stale"],
      ["a snapshot that is replayed with an older cursor", "blocked", "outside_scope"],
      ["an action between the revocation and its news", "found", "acted-after-revocation"],
      ["attributes of a decision that the agent writes itself", "found", "forged-identity"],
      ["an identity that the agent claims beside its token", "found", "forged-identity"],
    ],
  ],
};

export const awaitedCases: readonly AuthorityCase[] = Object.entries(rows).flatMap(([kind, [takes, cases]]) =>
  cases.map(([tried, expected, by]) => ({ kind, tried, expected, by, takes })),
);
