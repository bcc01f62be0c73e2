import { toYaml } from "../config/yaml.ts";
import type { Applied, Change, Coverage, Suggestion, TestPage, Version } from "./policy-client.ts";
import { instantText, plain } from "./text.ts";

/** Lines of a table that are told; `--json` has them all. */
const linesMax = 50;

const names: readonly (readonly [kind: string, many: string])[] = [
  ["grant_given", "grants"],
  ["playbook_given", "playbooks"],
  ["identity_declared", "identities"],
  ["safeguards_set", "safeguards"],
  ["guard_set", "guard"],
];

/** What an `apply` did, on one line. */
export function appliedText({ kinds, unchanged }: Applied): string {
  const parts = names.flatMap(([kind, many]) => {
    const count = kinds[kind] ?? 0;
    if (count === 0) return [];
    return many === "safeguards" || many === "guard" ? [many] : [`${count} ${many}`];
  });
  const given = parts.length === 0 ? "0 grants" : parts.join(", ");
  return `${given} given${unchanged === 0 ? "" : `, ${unchanged} stood already`}\n`;
}

/** What a policy would have changed, as a table, those that would be stopped first. */
export function testText(
  { changes, otherChanges, judged, allowed }: Omit<TestPage, "next" | "left">,
  since: string,
): string {
  const rows = changes
    .toSorted((one, other) => weight(other) - weight(one) || other.actions - one.actions)
    .slice(0, linesMax)
    .map(({ identityId, operation, before, after, verdictBefore, verdictAfter, actions, example }) => [
      plain(identityId),
      plain(operation),
      verdictBefore === verdictAfter ? verdictAfter : `${verdictBefore} → ${verdictAfter}`,
      `${before} → ${after}`,
      String(actions),
      example,
    ]);
  const more = changes.length - rows.length;
  const changed = changes.reduce((sum, one) => sum + one.actions, otherChanges);
  const sum = (to: boolean): number =>
    changes.reduce((all, { actions, verdictBefore, verdictAfter }) => {
      const isAllowed = verdictAfter === "allow";
      return (verdictBefore === "allow") !== isAllowed && isAllowed === to ? all + actions : all;
    }, 0);
  return [
    ...(rows.length === 0
      ? []
      : table([["identity", "operation", "guard", "authority", "actions", "example"], ...rows])),
    ...(more > 0 ? [`… and ${more} more kinds of change; --json has them`] : []),
    `${judged} actions since ${since} judged under what stands with the file on top: ${judged - changed} alike, ` +
      `${sum(true)} newly allowed, ${sum(false)} no longer allowed; a guard let ${allowed.before} through, and would ${allowed.after}`,
    "",
  ].join("\n");
}

/** What is stopped is worth looking at before what is let through, and both before another reason for the same. */
function weight({ verdictBefore, verdictAfter }: Change): number {
  if (verdictBefore === verdictAfter) return 0;
  return verdictBefore === "allow" ? 2 : 1;
}

/** Coverage, an identity a line with what isn't covered below it. */
export function coverageText(identities: readonly Coverage[]): string {
  if (identities.length === 0) return "nobody did anything\n";
  return identities
    .flatMap(({ identityId, identityKind, actions, granted, ungranted, uncovered }) => {
      const isUngranted = ungranted === actions;
      const share = isUngranted
        ? "no grant"
        : `${(Math.floor((granted / actions) * 1000) / 10).toFixed(1)} % granted`;
      return [
        `${plain(identityId)} (${identityKind}): ${share} of ${actions} actions`,
        ...uncovered.map(
          ([operation, outcome, count]) =>
            `    ${String(count).padStart(7)}  ${outcome}  ${plain(operation)}`,
        ),
      ];
    })
    .map((line) => `${line}\n`)
    .join("");
}

/** A suggestion as a policy file that lacks its approver; what was seen stands above as comments. */
export function suggestionYaml({ identityId, actions, grants, notes }: Suggestion, since: string): string {
  const comments = [
    `${actions} actions of ${identityId} since ${since}; the least grants that cover them.`,
    "Nobody approved this: read it, fill in every approver, then answerable policy test -f, and apply -f.",
    "What it should not have done is in here too: first look at answerable findings --identity.",
    ...notes,
  ];
  const drafts = grants.map(({ id, grantee, policy, operations, resources, window, conditions }) => ({
    id,
    grantee,
    approver: null,
    policy,
    operations,
    resources,
    window,
    ...(Object.keys(conditions).length === 0 ? {} : { conditions }),
  }));
  // A line break in a name would end the comment.
  const head = comments.map((line) => `# ${plain(line)}\n`).join("");
  const body = toYaml({ grants: drafts }).replaceAll(
    /^ {4}approver: null$/gmu,
    "    approver: # who approves this",
  );
  return `${head}${body}`;
}

/** Every version of a grant, a line each. */
export function historyText(versions: readonly Version[]): string {
  return versions
    .map(({ event, author, atUs, grant }) => {
      const what =
        grant === undefined
          ? "taken back"
          : `policy ${grant.policy.id} v${grant.policy.version}: ${grant.grantee} may ${grant.operations.join(", ")} on ${grant.resources.join(", ")}; approved by ${grant.approver}`;
      return `${instantText(atUs)}  ${event} by ${plain(author)}  ${plain(what)}\n`;
    })
    .join("");
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
