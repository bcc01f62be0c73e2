/**
 * The shape of a URL: scheme, host and path; no user, query or fragment, and path segments that are ids become `*`.
 * A host that is none becomes `*` and takes the path with it: what can't be parsed may hold a password.
 *
 * @example
 * urlShape("https://u:p@api.acme.example/v1/users/4711?token=x"); // "https://api.acme.example/v1/users/*"
 */
export function urlShape(url: string): string {
  const { scheme, host, path } = partsOf(url);
  return scheme === undefined ? pathShape(url) : `${scheme}://${host}${pathShape(path)}`;
}

/** Host of a URL; of a text that is no URL, its shape. */
export function urlHost(url: string): string {
  const { scheme, host } = partsOf(url);
  return scheme === undefined ? pathShape(url) : host;
}

/** A path with the segments that are ids (numbers, UUIDs, addresses, long hex or base64 runs) replaced by `*`. */
export function pathShape(path: string): string {
  return bare(path).split("/").map(segmentShape).join("/");
}

interface UrlParts {
  readonly scheme: string | undefined;
  readonly host: string;
  readonly path: string;
}

function partsOf(url: string): UrlParts {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)(.*)$/isu.exec(bare(url));
  if (match === null) return { scheme: undefined, host: "", path: "" };
  const [, scheme = "", authority = "", path = ""] = match;
  const host = authority.slice(authority.lastIndexOf("@") + 1).toLowerCase();
  const isHost = host === "" || hostname.test(host);
  return { scheme: scheme.toLowerCase(), host: isHost ? host : "*", path: isHost ? path : "" };
}

/** Without query and fragment. */
function bare(url: string): string {
  return url.split(/[?#]/u, 1)[0] ?? "";
}

const hostname = /^(?:[\p{L}\p{N}_.~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/u;
const id = /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|(?=.*\d)[\w-]{24,}|.+(?:@|%40).*)$/isu;

/** Parameters behind a semicolon (`;jsessionid=…`) are a query by another name. */
function segmentShape(segment: string): string {
  const name = segment.split(";", 1)[0] ?? "";
  return id.test(name) ? "*" : name;
}
