import { urlShape as shapeOf } from "../../schemas/url-shape.ts";
import { decodePercent } from "./percent.ts";
import { scan } from "./scan.ts";

const urlCharsMax = 4_096;

/**
 * Scheme, host, port and path of a URL; no user, query or fragment. Segments that are ids or hold a secret become `*`. The
 * detector makes the same of a URL, so it reads a shape as it reads the URL.
 *
 * @example
 * urlShape("https://u:p@api.acme.example/v1/users/4711?token=x#top"); // "https://api.acme.example/v1/users/*"
 */
export function urlShape(url: string): string {
  const short = url.length > urlCharsMax ? cut(url) : url;
  const shape = shapeOf(short);
  // A secret with slashes may have lost what it is known by.
  const before = withoutQuery(short);
  if (!hasSecret(shape) && (shape === before || !hasSecret(before))) return shape;
  const left = shapeOf(withoutSecrets(before));
  const [, origin = "", path = ""] = /^([a-z][a-z0-9+.-]*:\/\/[^/]*)?(.*)$/su.exec(left) ?? [];
  return (
    origin +
    path
      .split("/")
      .map((segment) => (segment === "" || isPlain(segment) ? segment : "*"))
      .join("/")
  );
}

/** A star in place of each. */
function withoutSecrets(text: string): string {
  const decoded = decodePercent(text);
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of scan(decoded?.text ?? text)) {
    parts.push(text.slice(from, decoded?.places[start] ?? start), "*");
    from = decoded?.places[end] ?? end;
  }
  return parts.join("") + text.slice(from);
}

/** Nor with a user: both are gone from the shape, and say nothing about its path. */
function withoutQuery(url: string): string {
  return (url.split(/[?#]/u, 1)[0] ?? "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/iu, "$1");
}

/** At the end of a segment: a part of a secret may look like nothing. */
function cut(url: string): string {
  const start = url.slice(0, urlCharsMax);
  return `${start.slice(0, start.lastIndexOf("/"))}/*`;
}

function hasSecret(text: string): boolean {
  return scan(decodePercent(text)?.text ?? text).length > 0;
}

/** Short, and of nothing but a word's characters: next to a secret nothing else is worth keeping. */
function isPlain(segment: string): boolean {
  return /^[a-z][a-z._-]{0,23}$|^v\d{1,3}$/iu.test(segment) && !hasSecret(segment);
}
