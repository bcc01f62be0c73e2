import { request as plainRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as tlsRequest } from "node:https";
import { unseen } from "../scope/unseen.ts";

/** A small request of ours: to an issuer, to the cluster, to AWS. */
export interface HttpRequest {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Certificates (PEM) to trust in place of the system's. */
  readonly ca?: string;
  readonly timeoutMs?: number;
  readonly bytesMax?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Rejects with a sentence that holds neither the address nor what was sent. */
export type HttpFetch = (url: string, request?: HttpRequest) => Promise<HttpAnswer>;

const timeoutDefaultMs = 2000;
const bytesDefaultMax = 256 * 1024;

/** Where container credentials of ECS and of EKS are served: link-local, so without TLS. */
const linkLocal = new Set(["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"]);

/** Whether we would ask there: over TLS, on this machine, or at one of the known link-local addresses. */
export function isAllowed(url: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.username !== "" || parsed.password !== "") return false;
  if (parsed.protocol === "https:") return true;
  const { hostname } = parsed;
  const loopback = hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/u.test(hostname);
  return parsed.protocol === "http:" && (loopback || linkLocal.has(hostname));
}

/**
 * One request over a connection of its own. It makes no span, follows no redirect, takes no more than `bytesMax` bytes
 * (256 KiB), waits no longer than `timeoutMs` (2,000) in all, and does not keep the process alive. `node:http` rather than
 * `fetch`, as the cluster's certificate has to be given, and as loading `fetch` costs a start-up more than all of this.
 */
export const httpFetch: HttpFetch = async (url, request = {}) => {
  if (!isAllowed(url)) throw new Error("the address is neither https nor on this machine");
  const { method = "GET", timeoutMs = timeoutDefaultMs, bytesMax = bytesDefaultMax, body } = request;
  const options: RequestOptions & { ca?: string } = {
    method,
    agent: false,
    headers: { ...request.headers, ...(body !== undefined && { "content-length": Buffer.byteLength(body) }) },
    ...(request.ca !== undefined && { ca: request.ca }),
  };
  // A request of ours is no action of the host's, and a span of it would be one more reason for a request.
  return await unseen(() => send(url, options, { body, timeoutMs, bytesMax }));
};

interface Bounds {
  readonly body: string | undefined;
  readonly timeoutMs: number;
  readonly bytesMax: number;
}

async function send(url: string, options: RequestOptions, bounds: Bounds): Promise<HttpAnswer> {
  const { body, timeoutMs, bytesMax } = bounds;
  return await new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(new Error(`not reachable (${codeOf(error)})`));
    const take = (answer: HttpAnswer | undefined): void =>
      answer === undefined
        ? reject(new Error(`the answer is longer than ${bytesMax} bytes`))
        : resolve(answer);
    const open = url.startsWith("https:") ? tlsRequest : plainRequest;
    const sent = open(url, options, (response) => collect(response, bytesMax).then(take, fail));
    const timer = setTimeout(() => {
      reject(new Error(`no answer within ${timeoutMs} ms`));
      sent.destroy();
    }, timeoutMs);
    timer.unref();
    sent.on("socket", (socket) => socket.unref());
    sent.on("error", fail);
    sent.on("close", () => clearTimeout(timer));
    sent.end(body);
  });
}

/** Nothing where the answer is longer than `bytesMax`. */
async function collect(response: IncomingMessage, bytesMax: number): Promise<HttpAnswer | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    // Leaving the loop ends the connection.
    if (bytes > bytesMax) return undefined;
    parts.push(part);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(parts) };
}

/** A message of the network layer may hold the address, and so a user's name; the code does not. */
function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "error";
}
