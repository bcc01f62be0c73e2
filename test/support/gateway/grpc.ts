/** OTLP over gRPC with node:http2 alone: one call, one status. */
import { type ClientHttp2Session, connect } from "node:http2";

const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
/** A frame begins with a byte that says that nothing is packed, and the length. */
const frameHeaderBytes = 5;

/** A connection that sends requests. */
export interface GrpcSender {
  /** Resolves with the status of gRPC, 0 when it was taken; rejects when there was no answer in time. */
  send(request: Uint8Array, headers: Readonly<Record<string, string>>, withinMs: number): Promise<number>;
  close(): void;
}

/** Opens a connection to `host:port`, which is made when the first request is sent. */
export function grpcSender(address: string): GrpcSender {
  const session = connect(`http://${address}`);
  // Told to whoever waits for an answer.
  session.on("error", () => undefined);
  return {
    send: (request, headers, withinMs) => call(session, request, headers, withinMs),
    close: () => session.destroy(),
  };
}

function call(
  session: ClientHttp2Session,
  request: Uint8Array,
  headers: Readonly<Record<string, string>>,
  withinMs: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    if (session.destroyed || session.closed) throw new Error("the connection is closed");
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    let status: number | undefined;
    const note = (told: Readonly<Record<string, unknown>>): void => {
      const text = told["grpc-status"];
      if (typeof text === "string") status = Number(text);
    };
    // Without a body the status comes with the headers.
    stream.on("response", note).on("trailers", note).on("error", reject).resume();
    stream.on("close", () => {
      if (status === undefined) reject(new Error("no answer"));
      else resolve(status);
    });
    stream.setTimeout(withinMs, () => stream.destroy(new Error("no answer in time")));
    const head = Buffer.alloc(frameHeaderBytes);
    head.writeUInt32BE(request.byteLength, 1);
    stream.end(Buffer.concat([head, request]));
  });
}
