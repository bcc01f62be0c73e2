import type { Alert } from "../../schemas/index.ts";
import { computedId } from "../attribute/ids.ts";
import type { OutboxAlert } from "./ports.ts";

/** An alert as the outbox holds it: one for each severity that an episode rises to. */
export function outboxAlert(alert: Alert): OutboxAlert {
  return {
    id: computedId("alert", alert.data.episodeId, alert.data.severity),
    tenant: alert.data.tenant,
    episodeId: alert.data.episodeId,
    atUs: Date.parse(alert.timestamp) * 1000,
    body: JSON.stringify(alert),
  };
}
