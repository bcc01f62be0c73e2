import type { Origin } from "../attribute/attribute.ts";

/**
 * Headers of a record in `nhi.spans`. They are written by the receiver, by `process` or by a collector with our processor,
 * which know who delivered the spans; a span can't set them.
 */
const names = {
  group: "nhi-key-group",
  groups: "nhi-key-groups",
  tenant: "nhi-tenant",
  source: "nhi-source",
  verified: "nhi-verified",
  bound: "nhi-bound",
} as const;

/** What `nhi-bound` says in a record whose spans a collector bound to their identities. */
const isBound = "1";

/** Headers for the record of one key group. `groups` is fixed for the life of the topic and written down with it. */
export function headersOf(group: string, groups: number, origin: Origin): Readonly<Record<string, string>> {
  return {
    [names.group]: group,
    [names.groups]: String(groups),
    [names.tenant]: origin.tenant,
    ...(origin.source === "" ? {} : { [names.source]: origin.source }),
    ...(origin.verified.size === 0 ? {} : { [names.verified]: JSON.stringify([...origin.verified]) }),
    ...(origin.bound ? { [names.bound]: isBound } : {}),
  };
}

/**
 * Who delivered a record. A record without our headers is of the default tenant and proves nothing. Of one that a collector
 * bound, the stamps of its spans alone say what is verified.
 */
export function originOf(headers: Readonly<Record<string, string>>): Origin {
  const bound = headers[names.bound] === isBound;
  return {
    tenant: headers[names.tenant] || "default",
    source: headers[names.source] ?? "",
    verified: new Set(bound ? [] : verifiedOf(headers[names.verified])),
    bound,
  };
}

function verifiedOf(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter((one): one is string => typeof one === "string") : [];
  } catch {
    return [];
  }
}
