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
  const shape = shapeOf(url.length > urlCharsMax ? cut(url) : url);
  if (!hasSecret(shape)) return shape;
  const [, origin = "", path = ""] = /^([a-z][a-z0-9+.-]*:\/\/[^/]*)?(.*)$/su.exec(shape) ?? [];
  return (
    origin +
    path
      .split("/")
      .map((segment) => (segment === "" || isPlain(segment) ? segment : "*"))
      .join("/")
  );
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
