import type { Origin } from "../attribute/attribute.ts";

/**
 * Headers of a record in `nhi.spans`. They are written by the receiver or by `process`, which know who delivered the
 * spans; a span can't set them.
 */
const names = {
  group: "nhi-key-group",
  groups: "nhi-key-groups",
  tenant: "nhi-tenant",
  source: "nhi-source",
  verified: "nhi-verified",
} as const;

/** Headers for the record of one key group. `groups` is fixed for the life of the topic and written down with it. */
export function headersOf(group: string, groups: number, origin: Origin): Readonly<Record<string, string>> {
  return {
    [names.group]: group,
    [names.groups]: String(groups),
    [names.tenant]: origin.tenant,
    ...(origin.source === "" ? {} : { [names.source]: origin.source }),
    ...(origin.verified.size === 0 ? {} : { [names.verified]: JSON.stringify([...origin.verified]) }),
  };
}

/** Who delivered a record. A record without our headers is of the default tenant and proves nothing. */
export function originOf(headers: Readonly<Record<string, string>>): Origin {
  return {
    tenant: headers[names.tenant] || "default",
    source: headers[names.source] ?? "",
    verified: new Set(verifiedOf(headers[names.verified])),
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
