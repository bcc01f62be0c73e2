import type { Attributes } from "@opentelemetry/api";
import type { Clock } from "../clock.ts";
import { randomKey } from "../random.ts";
import type { Redactor } from "../redact/redactor.ts";
import type { Settings } from "../settings.ts";
import { Approvals } from "./approvals.ts";
import { approvalDesk } from "./desk.ts";
import { PolicyFeed, type FeedOptions } from "./feed.ts";
import { Guard } from "./guard.ts";
import { PolicySnapshot } from "./snapshot.ts";

/** What of the process a guard needs. */
interface Around {
  readonly self: {
    readonly ready: Promise<void>;
    readonly identity: () => { readonly id: string } | undefined;
  };
  readonly resource: () => Attributes;
  readonly clock: Clock;
  readonly tls: FeedOptions["tls"];
  readonly redactor: Redactor;
}

const keyBytes = 32;

/** Begins to listen to what is decided of this process. Undefined where the guard is off. */
export function startGuard(
  settings: Settings,
  { self, resource, clock, tls, redactor }: Around,
): Guard | undefined {
  const { guard, key, tenant, limits } = settings;
  if (guard === undefined) return undefined;
  const { url, headers } = guard.endpoint;
  const snapshot = new PolicySnapshot(clock, tenant);
  const feed = new PolicyFeed(snapshot, { url, headers, tls });
  const desk = approvalDesk(url, { headers, tls, timeoutMs: limits.timeoutMs }, redactor);
  const want = (): void => {
    const id = self.identity()?.id;
    if (id !== undefined) feed.want(id);
  };
  want();
  void self.ready.then(want);
  return new Guard({
    settings: guard,
    snapshot,
    feed,
    approvals: new Approvals(desk, snapshot),
    self: () => self.identity()?.id,
    resource,
    // Without a key of the tenant an approval is good in this process alone.
    key: key ?? randomKey(keyBytes),
  });
}
