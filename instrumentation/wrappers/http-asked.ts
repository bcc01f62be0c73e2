import { urlToHttpOptions } from "node:url";
import { isObject, members } from "./foreign.ts";
import type { OutgoingRequest } from "./http-action.ts";

/**
 * The request that `http.request(...)` would make of these arguments, before anybody is connected to; undefined where Node refuses
 * them anyway.
 */
export function askedRequest(
  protocol: "http:" | "https:",
  args: readonly unknown[],
): OutgoingRequest | undefined {
  const options = optionsOf(args);
  if (options === undefined) return undefined;
  const scheme = textOf(options["protocol"]) ?? textOf(members(options["agent"])["protocol"]) ?? protocol;
  const name = textOf(options["hostname"]) ?? textOf(options["host"]) ?? "localhost";
  const told = name.includes(":") && !name.startsWith("[") ? `[${name}]` : name;
  const usual = scheme === "https:" ? "443" : "80";
  const given = options["port"] ?? options["defaultPort"];
  const port = typeof given === "number" || typeof given === "string" ? String(given) : usual;
  const host = (port === "" || port === usual ? told : `${told}:${port}`).toLowerCase();
  const path = textOf(options["path"]) ?? "/";
  const socket = textOf(options["socketPath"]);
  const from = socket === undefined ? `${scheme}//${host}` : `unix://${socket}`;
  const isWhole = socket === undefined && /^https?:\/\//u.test(path);
  const url = isWhole ? path : `${from}${path}`;
  return {
    method: (textOf(options["method"]) ?? "GET").toUpperCase(),
    url,
    host: isWhole ? new URL(path).host : host,
    header: (header) => headerIn(options["headers"], header),
    add: () => undefined,
  };
}

type Members = ReturnType<typeof members>;

/** As Node reads them: an address, options, or both, of which the options count more. */
function optionsOf([first, second]: readonly unknown[]): Members | undefined {
  const address = typeof first === "string" ? first : undefined;
  if (address === undefined && !(first instanceof URL)) return isObject(first) ? all(first) : undefined;
  if (address !== undefined && !URL.canParse(address)) return undefined;
  const of = urlToHttpOptions(new URL(String(first)));
  return { ...of, ...(isObject(second) && all(second)) };
}

/** With what is inherited: Node reads that too. */
function all(options: Members): Members {
  const found: Record<string, unknown> = {};
  for (const name in options) found[name] = options[name];
  return found;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Headers by name, or names and values in turns. */
function headerIn(headers: unknown, name: string): string | undefined {
  const pairs: (readonly [unknown, unknown])[] = Array.isArray(headers)
    ? headers
        .map((value: unknown, nth) => [value, headers[nth + 1]] as const)
        .filter((_, nth) => nth % 2 === 0)
    : Object.entries(members(headers));
  const [, value] = pairs.find(([key]) => typeof key === "string" && key.toLowerCase() === name) ?? [];
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
