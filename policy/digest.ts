import { createHash } from "node:crypto";

/** What an approval is bound to. */
export interface ApprovedAction {
  readonly tenant: string;
  readonly identityId: string;
  readonly operation: string;
  /** Ids of all resources, in any order. */
  readonly resources: readonly string[];
  /** Keyed digest of each argument, by its name. */
  readonly argumentDigests: Readonly<Record<string, string>>;
  readonly taskId: string;
}

/** The form of what is digested; another one gives other digests. */
const form = "answerable.action.1";

/**
 * Digest of exactly one action: an approval of it is good for no other. Each part goes in with its length before it, so that no two
 * actions give the same bytes.
 *
 * @example
 * const digest = digestOf({ tenant: "default", identityId: "agent:coder", operation: "deploy", resources: ["k8s:prod/api"], argumentDigests: {}, taskId: "CHG-7" });
 */
export function digestOf(action: ApprovedAction): string {
  const { tenant, identityId, operation, resources, argumentDigests, taskId } = action;
  const hash = createHash("sha256");
  const part = (text: string): void => {
    const bytes = Buffer.from(text, "utf8");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.byteLength);
    hash.update(length).update(bytes);
  };
  for (const text of [form, tenant, identityId, operation, taskId]) part(text);
  part(String(resources.length));
  for (const id of resources.toSorted()) part(id);
  for (const [name, digest] of Object.entries(argumentDigests).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    part(name);
    part(digest);
  }
  return hash.digest("hex");
}
