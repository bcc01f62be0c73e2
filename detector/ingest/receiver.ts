import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import type { Counters } from "../telemetry.ts";
import { type Answer, failure, sendAnswer } from "./answer.ts";
import { createBudget, type NoRoom } from "./budget.ts";
import { type Encoding, exportResponse } from "./otlp-response.ts";
import type { AcceptResult, Client, SpanSink } from "./ports.ts";
import { announcedTooLarge, type BodyProblem, readBody } from "./read-body.ts";
import { isShed, type ShedReason, sheds } from "./shed.ts";

export interface ReceiverOptions {
  readonly config: Pick<Config, "http" | "limits">;
  readonly sink: SpanSink;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

/** Seconds after which a sender should come again when its spans could not be stored. */
const retryAfterFailureSeconds = 5;

const statuses: Readonly<Record<Exclude<BodyProblem, ShedReason | "aborted">, number>> = {
  body_too_large: 413,
  inflated_too_large: 413,
  inflate_ratio: 413,
  bad_gzip: 400,
  body_timeout: 408,
};

/** What is done with one `POST /v1/traces` of a known client. */
export type Receive = (req: IncomingMessage, res: ServerResponse, client: Client) => Promise<void>;

/**
 * The OTLP/HTTP receiver for traces. Success is answered only after the sink has stored the spans, so a sender that was
 * told 200 may forget them.
 */
export function createReceiver(options: ReceiverOptions): Receive {
  const { config, clock, counters } = options;
  const budget = createBudget(config.http.inFlightBytesMax);
  counters.gauge("answerable_in_flight_bytes", () => budget.usedBytes());
  return async (req, res, client) => {
    const startedAtMs = clock.nowMs();
    let takenBytes = 0;
    let answer: Answer | undefined;
    const room: Room = {
      take(bytes) {
        const reason = budget.take(client.name, bytes);
        if (reason === undefined) takenBytes += bytes;
        return reason;
      },
      giveBack() {
        budget.give(client.name, takenBytes);
        takenBytes = 0;
      },
    };
    try {
      answer = await receive(req, client, { ...options, room });
    } finally {
      // Before the answer: a sender that is slow to read it, or goes on sending, holds no room.
      room.giveBack();
    }
    if (answer === undefined) return;
    const labels = { route: "/v1/traces", code: String(answer.status) };
    counters.observe(
      "answerable_http_request_duration_seconds",
      (clock.nowMs() - startedAtMs) / 1000,
      labels,
    );
    await sendAnswer(req, res, answer, clock);
  };
}

/** One request's part of the budget. */
interface Room {
  readonly take: (bytes: number) => NoRoom | undefined;
  readonly giveBack: () => void;
}

interface Receiving extends ReceiverOptions {
  readonly room: Room;
}

/** The answer to a request, or undefined when its sender has gone. */
async function receive(
  req: IncomingMessage,
  client: Client,
  options: Receiving,
): Promise<Answer | undefined> {
  const { config, clock, counters, room, sink } = options;
  const refuse = (reason: string): void => counters.count("answerable_requests_refused_total", { reason });
  const encoding = encodingOf(req.headers["content-type"]);
  if (encoding === undefined) {
    refuse("content_type");
    return failure(415, "The Content-Type must be application/x-protobuf or application/json.");
  }
  const compression = (req.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (compression !== "gzip" && compression !== "identity") {
    refuse("content_encoding");
    const headers = { "accept-encoding": "gzip, identity" };
    return failure(415, "The Content-Encoding must be gzip, identity or absent.", { encoding, headers });
  }
  const reading = {
    gzip: compression === "gzip",
    json: encoding === "otlp_json",
    limits: config.limits,
    timeoutMs: config.http.bodyTimeoutMs,
    clock,
    take: room.take,
  };
  const shedBy = (reason: ShedReason): Answer => {
    refuse(reason);
    return shed(req, reason, encoding, counters);
  };
  const announced = announcedTooLarge(req, reading);
  const overload = announced === undefined ? sink.overload?.() : undefined;
  if (overload !== undefined) return shedBy(overload);
  const read = announced ?? (await readBody(req, reading));
  if (!read.ok) {
    if (isShed(read.problem)) return shedBy(read.problem);
    refuse(read.problem);
    return read.problem === "aborted"
      ? undefined
      : failure(statuses[read.problem], read.message, { encoding });
  }
  counters.count("answerable_request_bytes_total", { kind: "wire" }, read.wireBytes);
  counters.count("answerable_request_bytes_total", { kind: "inflated" }, read.body.length);
  const batch = {
    body: read.body,
    encoding,
    client,
    receivedAtMs: clock.nowMs(),
    onDecoded: room.giveBack,
  };
  const result = await accept(batch, options);
  if (result.kind === "shed") return shedBy(result.reason);
  if (result.kind !== "stored") refuse(result.kind === "busy" ? "busy" : "bad_data");
  return answerTo(result, encoding);
}

/** Asks the sink; whatever it throws is our trouble and not the sender's, so the sender is asked to come again. */
async function accept(
  batch: Parameters<SpanSink["accept"]>[0],
  { sink, log }: ReceiverOptions,
): Promise<AcceptResult> {
  try {
    return await sink.accept(batch);
  } catch (error) {
    log("error", "Spans could not be stored; their sender was asked to come again.", {
      client: batch.client.name,
      bytes: batch.body.length,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    const message = "The spans could not be stored; send them again later.";
    return { kind: "busy", retryAfterSeconds: retryAfterFailureSeconds, message };
  }
}

/**
 * Asks a sender to come again, and counts what that keeps waiting: requests, and the bytes they announced. How many spans
 * were in them nobody knows without decoding them, which is what is being saved.
 */
function shed(req: IncomingMessage, reason: ShedReason, encoding: Encoding, counters: Counters): Answer {
  const { status, retryAfterSeconds, message } = sheds[reason];
  counters.count("answerable_shed_requests_total", { reason });
  counters.count("answerable_shed_bytes_total", { reason }, Number(req.headers["content-length"] ?? 0));
  return failure(status, message, { encoding, headers: { "retry-after": String(retryAfterSeconds) } });
}

function answerTo(result: Exclude<AcceptResult, { kind: "shed" }>, encoding: Encoding): Answer {
  switch (result.kind) {
    case "stored":
      return { status: 200, encoding, body: exportResponse(encoding, result.rejected, result.messages) };
    case "refused":
      return failure(400, result.message, { encoding });
    case "busy": {
      // The header takes whole seconds, and some senders read 0 as "never".
      const seconds = Math.max(1, Math.ceil(result.retryAfterSeconds));
      return failure(503, result.message, { encoding, headers: { "retry-after": String(seconds) } });
    }
  }
}

/** Parameters such as a charset change nothing: JSON is UTF-8, protobuf has no characters outside its own. */
function encodingOf(contentType: string | undefined): Encoding | undefined {
  const essence = contentType?.split(";")[0]?.trim().toLowerCase();
  if (essence === "application/x-protobuf") return "otlp_proto";
  return essence === "application/json" ? "otlp_json" : undefined;
}
