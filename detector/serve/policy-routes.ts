import { z } from "zod";
import { policyWarnings, type PolicyWarning } from "../../policy/warnings.ts";
import type { ControlRecord, PolicyFile } from "../../schemas/index.ts";
import { checkPolicy } from "../config/policy-mistakes.ts";
import type { Client } from "../ingest/ports.ts";
import type { PolicyReader } from "../store/policy-read.ts";
import { decidedBy, type DecisionOptions } from "./decision.ts";
import { testPolicy } from "./policy-test.ts";
import { ok, problem, readJson, type Reply } from "./reply.ts";
import type { Asked, Route } from "./route.ts";
import {
  fileOf,
  newsAmong,
  recordsOf,
  setBacks,
  type StandingPolicy,
  standingPolicy,
} from "./standing-policy.ts";

export interface PolicyRouteOptions extends DecisionOptions {
  readonly policyReader: PolicyReader;
}

/** Mistakes, and versions that are too low, told in one answer. */
const sentencesMax = 50;

const ApplyQuery = z.strictObject({
  force: z.enum(["true", "false"]).default("false"),
  /** `policy@version`, and `policy@` for one of which nothing stands. */
  ifVersion: z
    .string()
    .max(400)
    .regex(/^[^@]+@[^@]*$/u, "must be policy@version")
    .exactOptional(),
});
const TestQuery = z.strictObject({
  since: z.iso.datetime({ offset: true }),
  identity: z.string().max(512).default(""),
  after: z.string().max(512).default(""),
});

/** What people decide as one file: given whole or not at all, and tried on what happened before it is given. */
export function policyRoutes(options: PolicyRouteOptions): readonly Route[] {
  const { control, policyReader } = options;
  const apply = oneByOne((asked: Asked) => applied(asked, options));
  return [
    {
      method: "GET",
      path: "/v1/policy",
      permission: "read",
      answer: async ({ client: { tenant } }) =>
        ok({ policy: fileOf(standingPolicy(await control.read(0), tenant)) }),
    },
    { method: "POST", path: "/v1/policy", permission: "decide", answer: apply },
    {
      method: "POST",
      path: "/v1/policy/test",
      permission: "read",
      answer: async ({ client: { tenant }, query, request }) => {
        const asked = TestQuery.safeParse(query);
        if (!asked.success) return problem(400, z.prettifyError(asked.error));
        const read = await policyIn(request);
        if (!read.ok) return read.reply;
        const { since, identity, after } = asked.data;
        const span = { tenant, identityId: identity, sinceUs: Date.parse(since) * 1000 };
        const test = { entries: await control.read(0), policy: read.policy, span, after };
        return ok(await testPolicy(policyReader, test));
      },
    },
    {
      method: "GET",
      path: "/v1/grants/:id/versions",
      permission: "read",
      answer: async ({ client, params: { id = "" } }) => {
        const versions = (await control.read(0)).flatMap(({ position, record }) =>
          record.tenant === client.tenant ? (versionOf(id, position, record) ?? []) : [],
        );
        return versions.length === 0 ? problem(404, `no grant ${id} was ever given`) : ok({ versions });
      },
    },
  ];
}

/** Two that decide at once are taken one after the other, so that the second is compared with what the first gave. */
function oneByOne(answer: (asked: Asked) => Promise<Reply>): (asked: Asked) => Promise<Reply> {
  let last: Promise<unknown> = Promise.resolve();
  return (asked) => {
    const mine = last.then(() => answer(asked));
    last = mine.catch(() => undefined);
    return mine;
  };
}

async function applied(
  { client, query, request }: Asked,
  { control, nowMs, policyReader }: PolicyRouteOptions,
): Promise<Reply> {
  const how = ApplyQuery.safeParse(query);
  if (!how.success) return problem(400, z.prettifyError(how.error));
  const read = await policyIn(request);
  if (!read.ok) return read.reply;
  const standing = standingPolicy(await control.read(0), client.tenant);
  const { ifVersion, force } = how.data;
  const other = ifVersion === undefined ? undefined : notThatVersion(ifVersion, standing);
  if (other !== undefined) return problem(412, other);
  const lower = force === "true" ? [] : setBacks(read.policy.grants, standing);
  if (lower.length > 0)
    return problem(
      409,
      `${lower.slice(0, sentencesMax).join("; ")}; nothing was given (--force gives it all the same)`,
    );
  const records = recordsOf(read.policy, decidedBy(client, nowMs()));
  const news = newsAmong(records, standing);
  await control.append(news);
  const warnings = await warningsOf(read.policy, client, policyReader, nowMs() * 1000);
  const kinds: Record<string, number> = {};
  for (const { kind } of news) kinds[kind] = (kinds[kind] ?? 0) + 1;
  const json = {
    given: news.length,
    unchanged: records.length - news.length,
    kinds,
    warnings,
  };
  return { status: news.length > 0 ? 201 : 200, json };
}

async function policyIn(
  request: Asked["request"],
): Promise<
  { readonly ok: true; readonly policy: PolicyFile } | { readonly ok: false; readonly reply: Reply }
> {
  const read = await readJson(request);
  if (!read.ok) return read;
  const checked = checkPolicy(read.json);
  if (checked.ok) return checked;
  const sentences = checked.mistakes.slice(0, sentencesMax).map(({ sentence }) => sentence);
  return { ok: false, reply: problem(400, sentences.join("\n")) };
}

function warningsOf(
  { grants }: PolicyFile,
  { tenant }: Client,
  reader: PolicyReader,
  nowUs: number,
): Promise<readonly PolicyWarning[]> {
  if (grants.length === 0) return Promise.resolve([]);
  return reader
    .seenOperations(tenant)
    .then((seenOperations) =>
      policyWarnings(grants, { nowUs, ...(seenOperations === undefined ? {} : { seenOperations }) }),
    );
}

/** Why a file that was written for one version can't be given; undefined where that version stands. */
function notThatVersion(ifVersion: string, standing: StandingPolicy): string | undefined {
  const [id = "", version = ""] = ifVersion.split("@");
  const versions = new Set(
    [...standing.values()].flatMap((one) =>
      one.kind === "grant_given" && one.grant.policy.id === id ? [one.grant.policy.version] : [],
    ),
  );
  const stands = versions.size === 0 ? "none" : [...versions].toSorted().join(", ");
  const isThat = version === "" ? versions.size === 0 : versions.size === 1 && versions.has(version);
  return isThat
    ? undefined
    : `of policy ${id} version ${version === "" ? "none" : version} should stand, but ${stands} does; nothing was given`;
}

function versionOf(id: string, position: number, record: ControlRecord): object | undefined {
  const { author, atUs } = record;
  if (record.kind === "grant_given" && record.grant.id === id)
    return { position, author, atUs, event: "given", grant: record.grant };
  if (record.kind === "grant_revoked" && record.grantId === id)
    return { position, author, atUs, event: "revoked" };
  return undefined;
}
