import type { Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Counters } from "../telemetry.ts";

interface Broken {
  readonly status: string;
  readonly reason: string;
}

const byCode: Readonly<Record<string, Broken>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: "408 Request Timeout", reason: "headers_timeout" },
  HPE_HEADER_OVERFLOW: { status: "431 Request Header Fields Too Large", reason: "headers_too_large" },
};

/** Answers and counts what never became a request: no HTTP, headers too large, or headers that did not arrive in time. */
export function handleBrokenRequests(server: Server, counters: Counters): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on("request", (req, res) => answers.set(req.socket, res));
  server.on("tlsClientError", () => counters.count("answerable_requests_refused_total", { reason: "tls" }));
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // A sender that hung up is no mistake of anybody's.
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const { status, reason } = byCode[error.code ?? ""] ?? { status: "400 Bad Request", reason: "not_http" };
    counters.count("answerable_requests_refused_total", { reason });
    const running = answers.get(socket);
    // In the middle of an answer a second status line would be read as part of the first one's body.
    if (running !== undefined && running.headersSent && !running.writableFinished) socket.destroy();
    else
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
        socket.destroy(),
      );
  });
}
