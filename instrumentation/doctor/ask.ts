import { unseen } from "../scope/unseen.ts";
import type { Asked } from "./facts.ts";

export interface Question {
  /** Where spans are sent; the API of an Answerable is beside it. */
  readonly tracesUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Name of the process: `service.instance.id`. */
  readonly process: string;
  readonly identity: string | undefined;
  /** From when on findings count, milliseconds since 1970. */
  readonly sinceMs: number;
}

/** How often a receiver is asked that took the span and may store it later, and how long is waited in between. */
const tries = { most: 12, pauseMs: 250 };
const timeoutMs = 3000;

/** Asks the API beside a receiver whether it knows the spans of a process. */
export async function askFor(question: Question): Promise<Asked> {
  for (let nth = 1; ; nth += 1) {
    const answer = await unseen(() => askOnce(question));
    if (answer.answer !== "not_stored" || nth === tries.most) return answer;
    await new Promise((resolve) => setTimeout(resolve, tries.pauseMs));
  }
}

async function askOnce({ tracesUrl, headers, process, identity, sinceMs }: Question): Promise<Asked> {
  const base = tracesUrl.replace(/\/v1\/traces\/?$/u, "");
  try {
    const { status, body } = await get(`${base}/v1/processes/${encodeURIComponent(process)}`, headers);
    if (status === 401 || status === 403) return { answer: "not_allowed" };
    if (
      status === 404 &&
      typeof body["error"] === "string" &&
      body["error"].startsWith("there is no process")
    )
      return { answer: "not_stored" };
    const { missing } = objectOf(body["process"]);
    if (status !== 200 || typeof missing !== "number") return { answer: "no_answerable" };
    const gaps = identity === undefined ? 0 : await gapsOf(base, headers, identity, sinceMs);
    return { answer: "stored", missing, gaps };
  } catch {
    return { answer: "not_asked" };
  }
}

/** Findings of an identity that say that its spans are missing. */
async function gapsOf(
  base: string,
  headers: Readonly<Record<string, string>>,
  identity: string,
  sinceMs: number,
): Promise<number> {
  const since = new Date(sinceMs).toISOString();
  const search = new URLSearchParams({ identity, since, limit: "1000" }).toString();
  const { body } = await get(`${base}/v1/findings?${search}`, headers);
  const { findings } = body;
  if (!Array.isArray(findings)) return 0;
  return findings.filter((one) => objectOf(one)["rule"] === "telemetry-gap").length;
}

async function get(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> {
  const answer = await fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
  const body: unknown = await answer.json().catch(() => ({}));
  return { status: answer.status, body: objectOf(body) };
}

/** What an answer says by name; nothing where it is no object. */
function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
