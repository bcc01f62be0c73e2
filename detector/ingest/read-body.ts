import type { IncomingMessage } from "node:http";
import { createGunzip, type Gunzip } from "node:zlib";
import type { Clock } from "../clock.ts";
import type { DecodeLimits } from "../decode/index.ts";
import { sheds } from "./shed.ts";
import type { NoRoom } from "./budget.ts";

/** Why a body was not taken, in the words of the counters. */
export type BodyProblem =
  | "body_too_large"
  | "inflated_too_large"
  | "inflate_ratio"
  | "bad_gzip"
  | "body_timeout"
  | NoRoom
  | "aborted";

export type Body =
  | { readonly ok: true; readonly body: Uint8Array; readonly wireBytes: number }
  | { readonly ok: false; readonly problem: BodyProblem; readonly message: string };

export interface ReadBodyOptions {
  readonly gzip: boolean;
  readonly json: boolean;
  readonly limits: DecodeLimits;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Asked for room for what is kept of the body; says why when there is none. */
  readonly take: (bytes: number) => NoRoom | undefined;
}

/**
 * Reads a body, inflating it on the way. It is given up the moment a limit is passed, so what a request can cost is
 * bounded by the limits and not by what its sender made up. The connection stays open: the caller has to answer.
 */
export async function readBody(req: IncomingMessage, options: ReadBodyOptions): Promise<Body> {
  const { clock, timeoutMs } = options;
  const done = new AbortController();
  const late = clock.sleep(timeoutMs, done.signal).then((): Body => {
    const message = `The body did not arrive within ${timeoutMs} ms (http.bodyTimeoutMs).`;
    return { ok: false, problem: "body_timeout", message };
  });
  const reader = startReading(req, options);
  const body = await Promise.race([reader.body, late]);
  done.abort();
  reader.stop();
  return body;
}

/** Wires request, gunzip and limits together; `stop` takes all of it apart again. */
function startReading(
  req: IncomingMessage,
  options: ReadBodyOptions,
): { body: Promise<Body>; stop: () => void } {
  const { limits, take } = options;
  const inflatedMax = inflatedMost(options);
  const wireMax = wireMost(options);
  const chunks: Buffer[] = [];
  let [wireBytes, keptBytes, over] = [0, 0, false];
  const gunzip = options.gzip ? createGunzip() : undefined;
  let resolve: ((body: Body) => void) | undefined;
  const body = new Promise<Body>((settle) => {
    resolve = settle;
  });
  const fail = (problem: Body): void => {
    over = true;
    resolve?.(problem);
  };
  const keep = (chunk: Buffer): void => {
    // Zlib may still hand out a chunk or two after the limit; they must not be held.
    if (over) return;
    keptBytes += chunk.length;
    const problem =
      gunzip === undefined ? undefined : inflatedProblem(keptBytes, wireBytes, limits, inflatedMax);
    if (problem !== undefined) return fail(problem);
    const noRoom = take(chunk.length);
    if (noRoom !== undefined) return fail({ ok: false, problem: noRoom, message: sheds[noRoom].message });
    chunks.push(chunk);
  };
  const finish = (): void =>
    resolve?.({
      ok: true,
      body: Buffer.concat(chunks),
      wireBytes,
    });
  const onData = (chunk: Buffer): void => {
    wireBytes += chunk.length;
    if (wireBytes > wireMax.bytes) fail(tooLarge("larger", wireMax));
    else if (gunzip === undefined) keep(chunk);
  };
  // Nothing at all is a valid, empty request, although it is no valid gzip.
  const onEnd = (): void => (gunzip === undefined || wireBytes === 0 ? finish() : undefined);
  const onBroken = (): void => {
    // A request closes after its end as well, while its last bytes may still be inflating.
    if (!req.complete)
      fail({ ok: false, problem: "aborted", message: "The connection closed before the body ended." });
  };
  req.on("data", onData).once("end", onEnd).once("close", onBroken).once("error", onBroken);
  if (gunzip !== undefined) startInflating(req, gunzip, { keep, finish, fail });
  return {
    body,
    stop: () => {
      over = true;
      req.off("data", onData).off("end", onEnd).off("close", onBroken);
      if (gunzip === undefined) return;
      req.unpipe(gunzip);
      gunzip.destroy();
    },
  };
}

interface Inflating {
  readonly keep: (chunk: Buffer) => void;
  readonly finish: () => void;
  readonly fail: (body: Body) => void;
}

function startInflating(req: IncomingMessage, gunzip: Gunzip, { keep, finish, fail }: Inflating): void {
  gunzip.on("data", keep).once("end", finish);
  // Not `once`: a stream that is taken apart may complain a second time, and nobody listening would end the process.
  gunzip.on("error", (error: NodeJS.ErrnoException) => {
    const message =
      error.code === "Z_BUF_ERROR" ? "The gzip body is cut off." : "The body is not valid gzip.";
    fail({ ok: false, problem: "bad_gzip", message });
  });
  req.pipe(gunzip);
}

/** The most bytes of a body, and the setting that says so. */
interface Most {
  readonly bytes: number;
  readonly setting: string;
}

function inflatedMost({ json, limits }: Pick<ReadBodyOptions, "json" | "limits">): Most {
  return json && limits.jsonBytesMax < limits.inflatedBytesMax
    ? { bytes: limits.jsonBytesMax, setting: "limits.jsonBytesMax" }
    : { bytes: limits.inflatedBytesMax, setting: "limits.inflatedBytesMax" };
}

function wireMost({ gzip, json, limits }: Pick<ReadBodyOptions, "gzip" | "json" | "limits">): Most {
  return json && !gzip && limits.jsonBytesMax < limits.bodyBytesMax
    ? { bytes: limits.jsonBytesMax, setting: "limits.jsonBytesMax" }
    : { bytes: limits.bodyBytesMax, setting: "limits.bodyBytesMax" };
}

/** The refusal of a body whose sender says beforehand that it is too large. */
export function announcedTooLarge(
  req: IncomingMessage,
  options: Pick<ReadBodyOptions, "gzip" | "json" | "limits">,
): Body | undefined {
  const announced = Number(req.headers["content-length"] ?? 0);
  const most = wireMost(options);
  return announced > most.bytes ? tooLarge(`${announced} bytes`, most) : undefined;
}

function inflatedProblem(inflated: number, wire: number, limits: DecodeLimits, most: Most): Body | undefined {
  if (inflated > most.bytes) {
    const message = `The body is over ${most.bytes} bytes once inflated (${most.setting}); send smaller batches.`;
    return { ok: false, problem: "inflated_too_large", message };
  }
  if (inflated <= limits.inflateRatioFreeBytes || inflated <= wire * limits.inflateRatioMax) return undefined;
  const message =
    `The body inflates to over ${limits.inflateRatioMax} times its ${wire} bytes (limits.inflateRatioMax, ` +
    `counted beyond ${limits.inflateRatioFreeBytes} bytes).`;
  return { ok: false, problem: "inflate_ratio", message };
}

function tooLarge(size: string, { bytes, setting }: Most): Body {
  const message = `The body is ${size}; at most ${bytes} bytes are taken (${setting}). Send smaller batches.`;
  return { ok: false, problem: "body_too_large", message };
}
