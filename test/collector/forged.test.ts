/**
 * Goal: who claims to be somebody else is marked, found, and never taken for that one.
 * Method: clients with signed tokens send to the gateway, under their own names and under another's; the records' keys, the
 * store and its findings are asked who did it.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { keyGroup } from "../../detector/decode/index.ts";
import { collectedSpans } from "../support/collected-spans.ts";
import { builtCollectorWithinMs, startAnswerableCollector, stopCollectors } from "../support/collector.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { until } from "../support/poll.ts";
import { startRole, stopRoles } from "../support/roles.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { protoRequest, type ToolCall } from "../support/tool-calls.ts";

const issuer = "https://idp.acme.example";
const mallory = `oauth:${issuer}#mallory`;
const runner = `oauth:${issuer}#payroll-runner`;
const victim = "agent:payroll";

const folder = tempFolder("forged");
let installation: KafkaInstallation | undefined;
afterEach(async () => {
  await Promise.all([stopRoles(), stopCollectors()]);
  await installation?.drop();
  installation = undefined;
  folder.remove();
});

/** An issuer with one key: what the gateway is told of it, and tokens for its clients. */
async function identityProvider() {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwksFile = join(folder.path, "jwks.json");
  writeFileSync(
    jwksFile,
    JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES256" }] }),
  );
  const tokenOf = (client: string, expires = "5m"): Promise<string> =>
    new SignJWT({ client_id: client })
      .setProtectedHeader({ alg: "ES256", kid: "one" })
      .setIssuer(issuer)
      .setSubject(client)
      .setAudience("collector")
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(privateKey);
  return { jwksFile, tokenOf };
}

const settings = (jwksFile: string): string => `processors:
  answerable:
    verify:
      jwt: { issuers: [{ issuer: "${issuer}", audiences: [collector], jwks_file: "${jwksFile}" }] }
    clients:
      - { subject: "${runner}", identities: ["agent:payroll*"] }
`;

test(
  "a claim of another's identity is the claimant's own act, and a finding",
  async () => {
    installation = await kafkaInstallation({ partitions: 2 });
    const { brokers, topics, env, query } = installation;
    const { jwksFile, tokenOf } = await identityProvider();
    startRole("detect", env);
    const gateway = await startAnswerableCollector({
      config: ["gateway", settings(jwksFile)],
      env: { ANSWERABLE_KAFKA_BROKERS: brokers.join(","), ANSWERABLE_KAFKA_TOPIC: topics.spans },
    });
    const send = async (token: string, ...calls: readonly ToolCall[]): Promise<number> =>
      gateway.send(protoRequest(calls), { authorization: `Bearer ${token}` });
    const [honest, hostile] = [await tokenOf("payroll-runner"), await tokenOf("mallory")];
    // Stamps of its own make it no better.
    const stamps = { "nhi.bound.id": victim, "nhi.bound.strength": "verified", "nhi.bound.client": runner };
    expect(await send(honest, { identityId: victim, ordinal: 0 })).toBe(200);
    expect(
      await send(
        hostile,
        { identityId: mallory, ordinal: 1 },
        { identityId: victim, ordinal: 2 },
        { identityId: victim, ordinal: 3, more: stamps },
      ),
    ).toBe(200);
    expect(await send(await tokenOf("mallory", "-5m"), { identityId: victim, ordinal: 4 })).toBe(401);
    expect(await send(`${hostile.slice(0, -8)}AAAAAAAA`, { identityId: victim, ordinal: 5 })).toBe(401);
    // Who shows nothing proves nothing; it is let in here, as the issue of tokens is not everybody's (`verify: required`).
    expect(await gateway.send(protoRequest([{ identityId: "agent:plain", ordinal: 6 }]))).toBe(200);

    const rows = await until(
      "the actions are stored",
      async () => {
        const stored = await query(
          `SELECT toUInt32(reinterpret(reverse(unhex(trace_id)), 'UInt128') - 1) AS ordinal, identity_id AS who, concat(identity_kind, ' ', strength, ' ', identity_rule) AS how,
             source, attributes['nhi.bound.contradicted'] AS claimed FROM v_actions ORDER BY ordinal`,
        );
        return stored.length >= 5 && stored;
      },
      60_000,
    );
    const byToken = { who: mallory, how: "oauth_client verified proof.jwt", source: mallory };
    const plain = { how: "ai_agent claimed nhi", claimed: "" };
    expect(rows).toEqual([
      { ordinal: 0, who: victim, source: runner, ...plain },
      { ordinal: 1, ...byToken, how: "ai_agent verified proof.jwt", claimed: "" },
      { ordinal: 2, ...byToken, claimed: victim },
      { ordinal: 3, ...byToken, claimed: victim },
      { ordinal: 6, who: "agent:plain", source: "test", ...plain },
    ]);
    const spans = await collectedSpans(brokers, topics.spans);
    expect(
      new Map(spans.map(({ traceId, record }) => [Number.parseInt(traceId, 16) - 1, record.key])),
    ).toEqual(
      new Map(
        [victim, mallory, mallory, mallory]
          .map((id, ordinal) => [ordinal, keyGroup("default", id)] as const)
          .concat([[6, keyGroup("default", "agent:plain")]]),
      ),
    );
    expect(
      await query("SELECT identity_id, severity FROM v_findings WHERE rule = 'forged-identity'"),
    ).toEqual([{ identity_id: mallory, severity: "high" }]);
    expect(
      await query(`SELECT identity_id, sender FROM v_forged_identities WHERE claimed_id = '${victim}'`),
    ).toEqual([{ identity_id: mallory, sender: mallory }]);
  },
  builtCollectorWithinMs,
);
