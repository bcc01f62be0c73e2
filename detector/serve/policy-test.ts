import { PolicyBook } from "../../policy/book.ts";
import { guardDefaults, verdictBy } from "../../policy/decide.ts";
import { factsOf } from "../../policy/facts.ts";
import { authorise } from "../../policy/judge.ts";
import { compilePattern } from "../../policy/pattern.ts";
import { beginUse, endUse } from "../../policy/use.ts";
import { Usage } from "../../policy/usage.ts";
import type { AuthorityOutcome, DecisionVerdict, PolicyFile } from "../../schemas/index.ts";
import type { ControlEntry } from "../stream/control-feed.ts";
import type { PolicyReader, RecordedAction, Span } from "../store/policy-read.ts";
import { newsAmong, recordsOf, standingPolicy } from "./standing-policy.ts";

/** Actions of one identity and operation that a policy judges otherwise than they were judged, together. */
interface Change {
  readonly identityId: string;
  readonly operation: string;
  readonly before: AuthorityOutcome;
  readonly after: AuthorityOutcome;
  /** What a guard would say of it. */
  readonly verdictBefore: DecisionVerdict;
  readonly verdictAfter: DecisionVerdict;
  actions: number;
  /** Id of the first of them. */
  readonly example: string;
}

/** What a policy would have changed, of some of the identities. */
export interface PolicyTestPage {
  readonly changes: readonly Change[];
  /** Actions beyond `changesMax` kinds of change. */
  readonly otherChanges: number;
  readonly judged: number;
  /** Actions that a guard would have let through, before and after. */
  readonly allowed: { readonly before: number; readonly after: number };
  /** All that are to be judged, this page's among them, from `after` on. */
  readonly left: number;
  /** Where the next page begins; absent after the last. */
  readonly next?: string;
}

/** Actions after which a page ends, with the identity that is being judged; kinds of change of one page. */
const pageActions = 200_000;
const changesMax = 10_000;

export interface PolicyTest {
  readonly entries: readonly ControlEntry[];
  readonly policy: PolicyFile;
  readonly span: Span;
  /** Identities up to this one were judged by earlier pages. */
  readonly after: string;
}

/**
 * Judges recorded actions under what stands with a file on top, as if the file had always been there, and compares with what was
 * said of them when they happened. Identities that the file says nothing about can't change and are not looked at; one identity's
 * actions are always judged in one go, in their order.
 */
export async function testPolicy(
  reader: PolicyReader,
  { entries, policy, span, after }: PolicyTest,
): Promise<PolicyTestPage> {
  const { tenant } = span;
  const standing = standingPolicy(entries, tenant);
  const news = newsAmong(recordsOf(policy, { tenant, author: "", atUs: 0 }), standing);
  const book = new PolicyBook();
  for (const { position, record } of entries) book.enter(position, record);
  const before = book.of(tenant).guard.last(Number.POSITIVE_INFINITY)?.value ?? guardDefaults;
  const end = (entries.at(-1)?.position ?? -1) + 1;
  for (const [nth, record] of news.entries()) book.enter(end + nth, record);
  const defaults = { before, after: policy.guard ?? before };
  const concerns = concernedBy(news, standing);
  const actors = (await reader.actors(span)).filter(
    ({ identityId }) => isAfter(identityId, after) && concerns(identityId),
  );
  const tally = new Tally(defaults);
  let next: string | undefined;
  for (const [at, { identityId }] of actors.entries()) {
    const usage = new Usage();
    for await (const actions of reader.actions({ ...span, identityId }))
      for (const action of actions) tally.add(action, judged(book, usage, action));
    if (tally.judged < pageActions || at === actors.length - 1) continue;
    next = identityId;
    break;
  }
  const left = actors.reduce((sum, { actions }) => sum + actions, 0);
  return { ...tally.result(), left, ...(next === undefined ? {} : { next }) };
}

/** What is said of an action after those that came before it, which is counted where a grant limits it. */
function judged(book: PolicyBook, usage: Usage, action: RecordedAction): AuthorityOutcome {
  const control = Number.POSITIVE_INFINITY;
  const facts = factsOf(action);
  const authority = authorise(book, control, facts, usage);
  const used = {
    book: book.of(action.tenant),
    control,
    facts,
    authority,
    usage,
    usedAtUs: action.startedAtUs,
  };
  beginUse(used);
  endUse(used, { isOk: action.isOk, atUs: action.endedAtUs });
  return authority.outcome;
}

/** By bytes, as the store orders them. */
const isAfter = (one: string, other: string): boolean =>
  Buffer.compare(Buffer.from(one), Buffer.from(other)) > 0;

/** Whose actions may be judged otherwise: those who hold a grant of the news, or held the version before it. */
function concernedBy(
  news: ReturnType<typeof newsAmong>,
  standing: ReturnType<typeof standingPolicy>,
): (identityId: string) => boolean {
  if (news.some(({ kind }) => kind === "guard_set")) return () => true;
  const grantees = news.flatMap((record) => {
    if (record.kind !== "grant_given") return [];
    const replaced = standing.get(`grant/${record.grant.id}`);
    return [record.grant.grantee, ...(replaced?.kind === "grant_given" ? [replaced.grant.grantee] : [])];
  });
  const matches = [...new Set(grantees)].map(compilePattern);
  return (identityId) => matches.some((match) => match(identityId));
}

class Tally {
  judged = 0;
  readonly #allowed = { before: 0, after: 0 };
  readonly #changes = new Map<string, Change>();
  #otherChanges = 0;
  readonly #defaults: Readonly<Record<"before" | "after", PolicyFile["guard"] & object>>;

  constructor(defaults: Readonly<Record<"before" | "after", PolicyFile["guard"] & object>>) {
    this.#defaults = defaults;
  }

  add({ id, identityId, kind, operation, authority: before }: RecordedAction, after: AuthorityOutcome): void {
    const verdictBefore = verdictBy(kind, before, this.#defaults.before);
    const verdictAfter = verdictBy(kind, after, this.#defaults.after);
    this.judged += 1;
    if (verdictBefore === "allow") this.#allowed.before += 1;
    if (verdictAfter === "allow") this.#allowed.after += 1;
    if (before === after && verdictBefore === verdictAfter) return;
    const key = JSON.stringify([identityId, operation, before, after, verdictBefore, verdictAfter]);
    const known = this.#changes.get(key);
    if (known !== undefined) known.actions += 1;
    else if (this.#changes.size >= changesMax) this.#otherChanges += 1;
    else {
      const change = { identityId, operation, before, after, verdictBefore, verdictAfter };
      this.#changes.set(key, { ...change, actions: 1, example: id });
    }
  }

  result(): Omit<PolicyTestPage, "left" | "next"> {
    const changes = [...this.#changes.values()];
    return { changes, otherChanges: this.#otherChanges, judged: this.judged, allowed: this.#allowed };
  }
}
