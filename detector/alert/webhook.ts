import { Webhook } from "standardwebhooks";
import type { Destination, HttpRequest } from "./destination.ts";

/**
 * Standard Webhooks 1.0.0 (https://www.standardwebhooks.com). `webhook-id` is the alert's id and so the same on each
 * retry; while a secret is being replaced the request carries a signature of each.
 */
export const webhook: Destination = {
  id: "webhook",
  toRequest: ({ id, body }, { url, secret }, nowMs) => signedRequest(url, secret, { id, body }, nowMs),
};

/** A message as Standard Webhooks has it, with a signature of each of the secrets. */
export function signedRequest(
  url: string,
  secrets: string,
  { id, body }: { readonly id: string; readonly body: string },
  nowMs: number,
): HttpRequest {
  const signatures = secrets.split(" ").map((secret) => new Webhook(secret).sign(id, new Date(nowMs), body));
  return {
    url,
    headers: {
      "content-type": "application/json",
      "user-agent": "answerable",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(nowMs / 1000)),
      "webhook-signature": signatures.join(" "),
    },
    body,
  };
}
