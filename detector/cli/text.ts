import type { StandingGrant } from "./api-client.ts";
import type { Chain, Finding, Link } from "../../schemas/index.ts";

/**
 * Text from the outside for a terminal: control characters, which could move the cursor or hide what stands before, and
 * characters that turn the direction of writing are shown as `·`.
 */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "·");
}

/** A value as one line of JSON that says the same and holds nothing a terminal would obey. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value).replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, escaped)}\n`;
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
}

/** An instant for people: UTC, to the second. */
export function instantText(us: number): string {
  return new Date(us / 1000).toISOString().replace("T", " ").slice(0, 19);
}

/** One finding on one line. */
export function findingLine(finding: Finding): string {
  const { id, atUs, severity, identityId, title, rule } = finding;
  return `${id.slice(0, 12)}  ${instantText(atUs)}  ${severity.padEnd(8)}  ${plain(identityId).padEnd(18)}  ${rule}: ${plain(title)}`;
}

/** One grant on one line. */
export function grantLine({ grant, author, givenAtUs }: StandingGrant): string {
  const { id, grantee, approver, policy, operations, window } = grant;
  const until = window.until === undefined ? "" : ` until ${window.until}`;
  return plain(
    `${id}: ${grantee} may ${operations.join(", ")}${until}; approved by ${approver}, policy ${policy.id} v${policy.version}; given ${instantText(givenAtUs)} by ${author}`,
  );
}

/** A finding with its reasons: why in numbers, which actions, and the query that recomputes the numbers. */
export function findingText(finding: Finding): string {
  const why = Object.entries(finding.why).map(
    ([name, value]) => `    ${plain(name).padEnd(14)} ${plain(String(value))}`,
  );
  return [
    `${finding.severity} · ${finding.rule} v${String(finding.ruleVersion)} · ${plain(finding.title)}`,
    `  finding   ${finding.id}`,
    `  identity  ${plain(finding.identityId)} (tenant ${plain(finding.tenant)})`,
    `  at        ${instantText(finding.atUs)} UTC`,
    `  episode   ${finding.episodeId}`,
    `  session   ${plain(finding.sessionId)}`,
    `  chain     ${plain(finding.chainId)}`,
    `  actions   ${finding.actionIds.join(", ")}`,
    `  falls under ${finding.frameworks.join(", ")}`,
    ...quietLines(finding),
    "  why",
    ...why,
    "  recompute it in ClickHouse with",
    `    ${plain(finding.sql)}`,
  ].join("\n");
}

function quietLines({ confidence, hidden, changes }: Finding): readonly string[] {
  return [
    ...(confidence === "cold_start" ? ["  known     little is known of the identity yet"] : []),
    ...(hidden === undefined ? [] : [`  hidden    by ${plain(hidden.by)}; else ${hidden.severity}`]),
    ...changes.map((change) => `  changed   ${plain(change)}`),
  ];
}

const marks: Readonly<Record<Link["kind"], string>> = {
  approval: "",
  grant: "grant",
  principal: "principal",
  delegate: "delegate",
  action: "",
  resource: "→",
  finding: "⚠",
  response: "⛔",
};

/** A chain as a tree: approval → grant → principal → delegates → actions → resources → findings → responses, in order. */
export function chainTree(chain: Chain): string {
  const children = new Map<string, Link[]>();
  const ids = new Set(chain.links.map((link) => link.id));
  for (const link of chain.links) {
    const parent = ids.has(link.parent) ? link.parent : "";
    children.set(parent, [...(children.get(parent) ?? []), link]);
  }
  const lines = [
    `chain ${plain(chain.id)}  ${instantText(chain.startedAtUs)} – ${instantText(chain.endedAtUs)} UTC`,
  ];
  const shown = new Set<Link>();
  const draw = (parent: string, indent: string): void => {
    const links = (children.get(parent) ?? []).filter((link) => !shown.has(link));
    for (const [at, link] of links.entries()) {
      shown.add(link);
      const last = at === links.length - 1;
      lines.push(`${indent}${last ? "└─ " : "├─ "}${linkText(link)}`);
      // Only what stands for something with a name of its own has links below it.
      if (link.kind !== "resource") draw(link.id, `${indent}${last ? "   " : "│  "}`);
    }
  };
  draw("", "");
  return lines.join("\n");
}

/** What was set how late by whom, and what came of it where credentials are issued. */
function responseDetail(detail: Link["detail"]): string {
  const { standing = "", playbook = "", lag_ms: lag = "", held_back: heldBack, dry_run: isDryRun } = detail;
  const did = isDryRun === "true" ? "dry run, nothing was set" : `${standing} after ${lag} ms`;
  const held = heldBack === undefined || heldBack === "" ? [] : [`held back: ${heldBack}`];
  const hooks = Object.entries(detail)
    .filter(([key]) => key.startsWith("hook "))
    .map(([key, result]) => plain(`${key.slice("hook ".length)}: ${result}`));
  return [`playbook ${plain(playbook)}`, did, ...held, ...hooks].join(", ");
}

function linkText({ kind, label, atUs, detail }: Link): string {
  const text = `${marks[kind]} ${plain(label)}`.trim();
  switch (kind) {
    case "action":
      return `${instantText(atUs).slice(11)} ${text}  [${detail["authority"] ?? ""}${detail["grant"] ? ` by ${plain(detail["grant"])}` : ""}${detail["status"] === "ok" ? "" : `, ${detail["status"] ?? ""}`}]`;
    case "grant":
      return `${text}  (policy ${plain(detail["policy"] ?? "")})`;
    case "approval":
      return detail["claimed"] === "true"
        ? `${text}  (only the sender says so)`
        : `${text}  (by ${plain(detail["approver"] ?? "")})`;
    case "resource":
      return `${text}${detail["origin"] ? `  (name came from ${plain(detail["origin"])})` : ""}`;
    case "finding":
      return `${text}  (${detail["severity"] ?? ""}, ${detail["rule"] ?? ""})`;
    case "principal":
    case "delegate":
      return text;
    case "response":
      return `${text}  (${responseDetail(detail)})`;
  }
}
