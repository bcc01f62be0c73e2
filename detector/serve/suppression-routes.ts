import { z } from "zod";
import { formOf, namePattern } from "../../policy/names.ts";
import { type StandingSuppression, suppressedDaysMax } from "../../policy/suppressions.ts";
import { Suppression } from "../../schemas/index.ts";
import { computedId } from "../attribute/ids.ts";
import type { Clock } from "../clock.ts";
import { speaksFor } from "../ingest/auth.ts";
import type { Client } from "../ingest/ports.ts";
import type { Hid } from "../store/hidden.ts";
import { decidedBy } from "./decision.ts";
import type { PolicyFeed } from "./policy-feed.ts";
import { ok, problem, readAs } from "./reply.ts";
import type { Route } from "./route.ts";

/** Suppressions of a tenant that may stand at once: each is looked at for every finding. */
const standingMax = 1000;
/** From how long before its end on a suppression says that it ends. */
export const endsSoonUs = 24 * 3_600_000_000;
const idDigits = 12;

const SuppressionRequest = z.strictObject({
  reason: Suppression.shape.reason,
  forSeconds: z
    .number()
    .int()
    .min(1)
    .max(suppressedDaysMax * 86_400),
  matcher: Suppression.shape.matcher,
});

interface SuppressionOptions {
  readonly feed: PolicyFeed;
  readonly clock: Clock;
  /** What each has hidden so far. */
  readonly hid: (tenant: string) => Promise<ReadonlyMap<string, Hid>>;
}

/** What people want to be quiet for a while: who, why, until when, and what it hid. */
export function suppressionRoutes({ feed, clock, hid }: SuppressionOptions): readonly Route[] {
  const nowUs = (): number => clock.nowMs() * 1000;
  const standing = ({ tenant }: Client): readonly StandingSuppression[] =>
    feed.book.of(tenant).suppressions.standing(nowUs());
  return [
    {
      method: "POST",
      path: "/v1/suppressions",
      permission: "decide",
      answer: async ({ client, request }) => {
        const read = await readAs(request, SuppressionRequest);
        if (!read.ok) return read.reply;
        const { reason, forSeconds, matcher } = read.value;
        if (hidesItself(client, matcher.identity))
          return problem(
            403,
            `${client.name} speaks for identities, and what is found of them is not its own to hide; name another identity`,
          );
        await feed.refresh();
        const common = decidedBy(client, clock.nowMs());
        // The same matcher is the same suppression: set again it has a new end.
        const id = computedId("suppression", common.tenant, JSON.stringify(inOrder(matcher))).slice(
          0,
          idDigits,
        );
        const others = standing(client).filter((one) => one.suppression.id !== id);
        if (others.length >= standingMax)
          return problem(409, `${String(standingMax)} suppressions stand, which is the most; remove some`);
        const untilUs = common.atUs + forSeconds * 1_000_000;
        const suppression: Suppression = { id, reason, untilUs, matcher };
        await feed.append([{ kind: "suppression_set", ...common, suppression }]);
        return { status: 201, json: { suppression } };
      },
    },
    {
      method: "GET",
      path: "/v1/suppressions",
      permission: "read",
      answer: async ({ client }) => {
        await feed.refresh();
        const hidden = await hid(client.tenant);
        return ok({ suppressions: standing(client).map((one) => shown(one, hidden, nowUs())) });
      },
    },
    {
      method: "DELETE",
      path: "/v1/suppressions/:id",
      permission: "decide",
      answer: async ({ client, params: { id = "" } }) => {
        await feed.refresh();
        if (!standing(client).some(({ suppression }) => suppression.id === id))
          return problem(404, `no suppression ${id} stands`);
        const common = decidedBy(client, clock.nowMs());
        await feed.append([{ kind: "suppression_removed", ...common, suppressionId: id, reason: "" }]);
        return ok({ removed: id });
      },
    },
  ];
}

function shown(
  { suppression, author, atUs, endUs }: StandingSuppression,
  hidden: ReadonlyMap<string, Hid>,
  nowUs: number,
): object {
  const { id, reason, matcher } = suppression;
  const hid = hidden.get(id);
  return {
    id,
    matcher,
    reason,
    author,
    atUs,
    untilUs: endUs,
    endsSoon: endUs - nowUs <= endsSoonUs,
    hid: hid?.findings ?? 0,
    ...(hid && { worst: hid.worst, lastAtUs: hid.lastAtUs }),
  };
}

const inOrder = (matcher: object): readonly (readonly [string, unknown])[] =>
  Object.entries(matcher).toSorted(([a], [b]) => (a < b ? -1 : 1));

/** Whether a client could hide what is found of itself: one that speaks for identities may name none but another one. */
function hidesItself(client: Client, identity: string | undefined): boolean {
  if (!client.authenticated) return false;
  const isNamed = identity !== undefined && !identity.includes("*");
  if (client.identities.length > 0 && (!isNamed || speaksFor(client, identity))) return true;
  return identity !== undefined && namePattern(identity).takes(client.name, formOf(client.name));
}
