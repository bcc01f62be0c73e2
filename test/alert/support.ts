import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Clock } from "../../detector/clock.ts";
import type { DeliveryAttempt, Outbox } from "../../detector/alert/ports.ts";
import { DestinationSettings } from "../../detector/alert/settings.ts";
import type { OutboxAlert } from "../../detector/stream/ports.ts";
import type { Alert } from "../../schemas/index.ts";

/** 24 bytes that are nobody's. */
export const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

export function settingsOf(given: Partial<DestinationSettings> = {}): DestinationSettings {
  return DestinationSettings.parse({
    name: "pager",
    url: "http://127.0.0.1:1/hook",
    secret,
    minSeverity: "info",
    ...given,
  });
}

export function alertOf(number = 1, severity: Alert["data"]["severity"] = "high"): OutboxAlert {
  const id = number.toString(16).padStart(32, "0");
  const body: Alert = {
    type: "episode.opened",
    timestamp: "2026-02-02T02:37:26.593Z",
    data: {
      episodeId: id,
      tenant: "default",
      identityId: "agent:banking",
      severity,
      title: "First use of send_money with a recipient out of a tool's output",
      findingId: id,
      chainId: "c1",
      rule: "lineage",
      frameworks: ["PR.AA-05", "ASI03"],
      why: { bits: 12.5, origin: "tool:read_file" },
    },
  };
  return { id, tenant: "default", episodeId: id, atUs: 1_769_999_846_593_000, body: JSON.stringify(body) };
}

/** An outbox that keeps all in memory; what was recorded survives a sender that dies. */
export function memoryOutbox(alerts: OutboxAlert[]): Outbox & { readonly attempts: DeliveryAttempt[] } {
  const attempts: DeliveryAttempt[] = [];
  let generation = 0;
  const last = (alertId: string, destination: string): DeliveryAttempt | undefined =>
    attempts.findLast((one) => one.alertId === alertId && one.destination === destination);
  const isOpen = (alertId: string, destination: string): boolean =>
    (last(alertId, destination)?.outcome ?? "failed") === "failed";
  return {
    attempts,
    claim: async () => ++generation,
    owns: async (held) => held === generation,
    pending: async (destination, limit) =>
      alerts
        .filter(({ id }) => isOpen(id, destination))
        .slice(0, limit)
        .map((alert) => ({ alert, lastAttempt: last(alert.id, destination) })),
    record: async (done) => {
      attempts.push(...done);
    },
  };
}

/** A clock that jumps: sleeping takes no time and moves it on. `onSleep` is where a test steps in. */
export function jumpingClock(startMs: number, onSleep: (nowMs: number) => void = () => undefined): Clock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    elapsedMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
      onSleep(nowMs);
      // Lets other loops have their turn, as a real sleep would.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

export interface Receiver {
  readonly url: string;
  readonly requests: { readonly headers: IncomingMessage["headers"]; readonly body: string }[];
  close(): Promise<void>;
}

/** An HTTP server on loopback that keeps what it was sent and answers as `answer` says. */
export async function receiver(answer: (response: ServerResponse, nth: number) => void): Promise<Receiver> {
  const requests: Receiver["requests"] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      requests.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
      answer(response, requests.length);
    });
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return { url: `http://127.0.0.1:${portOf(server)}/hook`, requests, close: () => closeServer(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("the server does not listen on a port");
  return address.port;
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
