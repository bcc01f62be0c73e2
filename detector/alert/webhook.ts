import { Webhook } from "standardwebhooks";
import type { Destination } from "./destination.ts";

/**
 * Standard Webhooks 1.0.0 (https://www.standardwebhooks.com). `webhook-id` is the alert's id and so the same on each
 * retry; while a secret is being replaced the request carries a signature of each.
 */
export const webhook: Destination = {
  id: "webhook",
  toRequest: (alert, settings, nowMs) => {
    const signatures = settings.secret
      .split(" ")
      .map((secret) => new Webhook(secret).sign(alert.id, new Date(nowMs), alert.body));
    return {
      url: settings.url,
      headers: {
        "content-type": "application/json",
        "user-agent": "answerable",
        "webhook-id": alert.id,
        "webhook-timestamp": String(Math.floor(nowMs / 1000)),
        "webhook-signature": signatures.join(" "),
      },
      body: alert.body,
    };
  },
};
