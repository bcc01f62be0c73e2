/**
 * The shape of a URL: scheme, host and path; no user, query or fragment, and path segments that are ids become `*`.
 * What can't be parsed is cut at the first `?` or `#`, so that no query ever passes.
 *
 * @example
 * urlShape("https://u:p@api.acme.example/v1/users/4711?token=x"); // "https://api.acme.example/v1/users/*"
 */
export function urlShape(url: string): string {
  const bare = url.split(/[?#]/u, 1)[0] ?? "";
  const match = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/@]*@)?([^/]*)(\/.*)?$/iu.exec(bare);
  if (match === null) return pathShape(bare);
  const [, scheme = "", host = "", path = ""] = match;
  return `${scheme.toLowerCase()}://${host.toLowerCase()}${pathShape(path)}`;
}

/** Host of a URL, or the text itself when it has none. */
export function urlHost(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@?#]*@)?([^/?#]*)/iu.exec(url)?.[1]?.toLowerCase() ?? url;
}

/** A path with the segments that are ids (numbers, UUIDs, long hex or base64 runs) replaced by `*`. */
export function pathShape(path: string): string {
  return (path.split(/[?#]/u, 1)[0] ?? "").split("/").map(segmentShape).join("/");
}

const id = /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|(?=.*\d)[\w-]{24,})$/iu;

function segmentShape(segment: string): string {
  return id.test(segment) ? "*" : segment;
}
