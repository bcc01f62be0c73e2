import { constants, open } from "node:fs/promises";
import { fitText } from "./claims.ts";
import type { Reference } from "./credential.ts";
import { httpFetch, type HttpFetch } from "./http.ts";
import { parseIssuers, type TrustedIssuer } from "./issuers.ts";
import type { IdentityAround } from "./source.ts";
import { createVerifier } from "./verifier.ts";

export interface AroundOptions {
  readonly env: IdentityAround["env"];
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Beside those of `ANSWERABLE_ISSUERS`, and before them. */
  readonly issuers?: readonly TrustedIssuer[];
  readonly reference?: Reference;
}

const issuersBytesMax = 1024 * 1024;

/**
 * The world a source looks at: environment, files, network. `ANSWERABLE_IDENTITY_OFFLINE=true` leaves the network out, so
 * that only what files and keys at hand can prove is verified. `problems` names issuers that could not be read.
 */
export async function aroundProcess(
  options: AroundOptions,
): Promise<{ readonly around: IdentityAround; readonly problems: readonly string[] }> {
  const { env, nowMs, reference } = options;
  const fetch = env["ANSWERABLE_IDENTITY_OFFLINE"] === "true" ? offline : httpFetch;
  const { issuers, problems } = parseIssuers(await issuersText(env["ANSWERABLE_ISSUERS"] ?? ""));
  const verify = createVerifier({ issuers: [...issuers, ...(options.issuers ?? [])], fetch, nowMs });
  return { around: { env, readFile, fetch, nowMs, verify, ...(reference && { reference }) }, problems };
}

const offline: HttpFetch = async () => await Promise.reject(new Error("ANSWERABLE_IDENTITY_OFFLINE is true"));

/** A path to a JSON file, or the issuers themselves. */
async function issuersText(given: string): Promise<string> {
  const path = fitText(given.trim());
  if (path === undefined || /^[[{]|^https?:/u.test(path)) return given;
  const bytes = await readFile(path, issuersBytesMax);
  return bytes === undefined ? "[unreadable" : Buffer.from(bytes).toString("utf8");
}

/** The file's bytes; nothing where it is absent, unreadable, no plain file, or longer than `bytesMax`. */
export async function readFile(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
  try {
    // Without waiting, as opening a pipe that nobody writes to would hold a thread for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) return undefined;
      // One more than allowed tells a file that is longer, whatever its size was said to be.
      const buffer = Buffer.alloc(bytesMax + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      return bytesRead > bytesMax ? undefined : buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
