/**
 * Where a resource is: the host of a URL, the domain of a mail address, the folder of a path; else its own name. What is new to an
 * identity is often new within a place that it knows.
 *
 * @example
 * placeOf("https://api.acme.example/v1/users"); // "api.acme.example"
 * placeOf("kv/payments/db"); // "kv/payments/"
 * placeOf("ana@acme.example"); // "acme.example"
 */
export function placeOf(resourceId: string): string {
  const authority = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/([^/?#]+)/u.exec(resourceId)?.[1];
  if (authority !== undefined) return afterAt(authority);
  const slash = resourceId.lastIndexOf("/");
  return slash === -1 ? afterAt(resourceId) : resourceId.slice(0, slash + 1);
}

const afterAt = (text: string): string => text.slice(text.lastIndexOf("@") + 1);

/** The same in SQL over the column `resource_id`. */
export const placeSql = String.raw`multiIf(match(resource_id, '^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]'), replaceRegexpOne(extract(resource_id, '^[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#]+)'), '(?s)^.*@', ''), position(resource_id, '/') > 0, replaceRegexpOne(resource_id, '[^/]*\\z', ''), replaceRegexpOne(resource_id, '(?s)^.*@', ''))`;
