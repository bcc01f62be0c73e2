import { z } from "zod";
import { Severity } from "../../schemas/index.ts";

/** Hosts that plain http may go to: the message never leaves the machine. */
const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** A secret as Standard Webhooks wants it: `whsec_` and base64 of 24 to 64 random bytes. */
const secretPattern = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/u;

/**
 * One destination as an operator configures it. What is refused is refused at start, and the reason quotes neither the
 * secret nor the URL, whose path may be one.
 */
export const DestinationSettings = z
  .strictObject({
    name: z.string().min(1).max(128).describe("Names the destination in the store, the log and the metrics."),
    kind: z.string().max(64).default("webhook").describe("Id of a destination in index.ts."),
    url: z.string().max(2048),
    secret: z.string().refine((text) => text.split(" ").every((one) => secretPattern.test(one)), {
      message:
        "must be whsec_ and base64 of 24 to 64 random bytes; two, separated by a space, while one replaces the other",
    }),
    minSeverity: Severity.default("medium").describe("Alerts below it are not sent here."),
    allowInsecure: z.boolean().default(false).describe("Permits plain http to other machines."),
  })
  .check(({ value, issues }) => {
    const message = troubleOfUrl(value.url, value.allowInsecure);
    if (message !== undefined) issues.push({ code: "custom", path: ["url"], message, input: undefined });
  });
export type DestinationSettings = Readonly<z.infer<typeof DestinationSettings>>;

function troubleOfUrl(text: string, allowInsecure: boolean): string | undefined {
  if (!URL.canParse(text)) return "is not a URL";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "must not hold a user or password";
  if (url.protocol === "https:") return undefined;
  if (url.protocol !== "http:") return "must start with https://";
  if (allowInsecure || loopback.has(url.hostname)) return undefined;
  return "must start with https:// (plain http is for loopback, or with allowInsecure)";
}
