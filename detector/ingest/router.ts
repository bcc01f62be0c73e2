import type { IncomingMessage, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import { isLoopback, parseListen } from "../config/listen.ts";
import { failure, sendAnswer } from "./answer.ts";
import { createAuthenticator, type Credentials, isLocalHost, mayUse, subjectsOf } from "./auth.ts";
import type { Client, Handler } from "./ports.ts";
import type { Receive, ReceiverOptions } from "./receiver.ts";

export interface RouterOptions extends Omit<ReceiverOptions, "sink"> {
  readonly receive: Receive | undefined;
  readonly handler?: Handler;
}

/** Paths that say nothing about anybody, and are asked by machinery that has no token. */
const openPaths: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

/** Paths whose requests prove themselves: by the signature of a webhook, or by the token of a signed link. */
const provingPaths = /^\/v1\/(?:hooks\/[^/]+|approvals\/[^/]+\/link)$/u;

const isOpen = (path: string): boolean => openPaths.has(path) || provingPaths.test(path);

/** Whoever asks an open path: may do nothing. */
const nobody: Client = { name: "", tenant: "default", identities: [], may: [], authenticated: false };

/** Checks who asks, and hands the request to the receiver or to the handler of the other routes. */
export function createRouter({ config, clock, counters, receive, handler }: RouterOptions) {
  const authenticate = createAuthenticator(config.http);
  const local = isLoopback(parseListen(config.http.listen).host);
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const refuse = async (reason: string, answer: ReturnType<typeof failure>): Promise<void> => {
      counters.count("answerable_requests_refused_total", { reason });
      await sendAnswer(req, res, answer, clock);
    };
    const path = (req.url ?? "/").split("?")[0] ?? "/";
    // Failures are told in the encoding of the request; the receiver's senders may know no other.
    const encoding = /^application\/x-protobuf\b/iu.test(req.headers["content-type"] ?? "")
      ? "otlp_proto"
      : "otlp_json";
    if (local && !isLocalHost(req.headers.host)) {
      const message =
        "This address answers to localhost, 127.0.0.1 and [::1] alone; the Host header names another machine.";
      return await refuse("host", failure(421, message, { encoding }));
    }
    if (handler !== undefined && isOpen(path)) return await handler(req, res, nobody);
    const auth = authenticate(credentialsOf(req));
    if (!auth.ok) {
      const headers = { "www-authenticate": 'Bearer realm="answerable"' };
      return await refuse("unauthenticated", failure(401, auth.message, { encoding, headers }));
    }
    if (path !== "/v1/traces" || receive === undefined) {
      if (handler !== undefined) return await handler(req, res, auth.client);
      return await refuse(
        "not_found",
        failure(404, "There is nothing here; spans go to POST /v1/traces.", { encoding }),
      );
    }
    if (req.method !== "POST") {
      return await refuse(
        "method",
        failure(405, "Spans are sent with POST.", { encoding, headers: { allow: "POST" } }),
      );
    }
    if (!mayUse(auth.client, "send")) {
      return await refuse(
        "forbidden",
        failure(403, "This client may not send spans (http.clients, may).", { encoding }),
      );
    }
    await receive(req, res, auth.client);
  };
}

function credentialsOf(req: IncomingMessage): Credentials {
  const { authorization } = req.headers;
  if (!(req.socket instanceof TLSSocket)) return { authorization };
  const certificate = req.socket.getPeerCertificate();
  // Node's way to say "none" is an empty object.
  if (Object.keys(certificate ?? {}).length === 0) return { authorization };
  return {
    authorization,
    certificate: { trusted: req.socket.authorized, subjects: subjectsOf(certificate) },
  };
}
