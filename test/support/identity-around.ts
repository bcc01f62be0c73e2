import type { HttpAnswer, HttpFetch, HttpRequest } from "../../instrumentation/identity/http.ts";
import type { TrustedIssuer } from "../../instrumentation/identity/issuers.ts";
import type { IdentityAround } from "../../instrumentation/identity/source.ts";
import { createVerifier } from "../../instrumentation/identity/verifier.ts";

export type Web = (
  url: string,
  request: HttpRequest,
) => Promise<HttpAnswer | undefined> | HttpAnswer | undefined;

/** A world for a source to look at: files by path, answers by address. */
export interface World {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly issuers?: readonly TrustedIssuer[];
  readonly nowMs?: () => number;
  /** Answers a request; what it does not answer is not reachable. */
  readonly web?: Web;
  readonly reference?: (secret: string) => string | undefined;
}

export interface FakeAround extends IdentityAround {
  /** Addresses asked, in order. */
  readonly asked: string[];
}

export function around({
  env = {},
  files = {},
  issuers = [],
  nowMs = Date.now,
  web,
  reference,
}: World): FakeAround {
  const asked: string[] = [];
  const fetch: HttpFetch = async (url, request = {}) => {
    asked.push(url);
    const answer = await web?.(url, request);
    if (answer === undefined) throw new Error("not reachable");
    return answer;
  };
  return {
    env,
    asked,
    fetch,
    nowMs,
    readFile: async (path, bytesMax) => {
      const text = files[path];
      return text === undefined || text.length > bytesMax ? undefined : Buffer.from(text);
    },
    verify: createVerifier({ issuers, fetch, nowMs }),
    ...(reference && { reference }),
  };
}

export function json(value: unknown, status = 200): HttpAnswer {
  return { status, body: Buffer.from(JSON.stringify(value)) };
}
