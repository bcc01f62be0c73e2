/** Goal: the gateway takes spans over TLS from those alone who show a certificate of its authority. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { keyGroup } from "../../detector/decode/index.ts";
import { collectedSpans } from "../support/collected-spans.ts";
import { startAnswerableCollector, stopCollectors } from "../support/collector.ts";
import { until } from "../support/poll.ts";
import { freshTopics } from "../support/shared.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { protoRequest } from "../support/tool-calls.ts";

const certificates = tempFolder("certificates");
const file = (name: string): string => join(certificates.path, name);
const leftovers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await stopCollectors();
  for (const remove of leftovers.splice(0)) await remove();
  certificates.remove();
});

function openssl(line: string): void {
  execFileSync("openssl", line.split(" "), { stdio: "pipe", cwd: certificates.path });
}

function issue(name: string, subjectAltName: string): void {
  const key = `-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${name}.key`;
  writeFileSync(file(`${name}.ext`), `subjectAltName=${subjectAltName}\nkeyUsage=digitalSignature\n`);
  openssl(`req -subj /CN=${name} ${key} -out ${name}.csr`);
  openssl(
    `x509 -req -days 1 -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile ${name}.ext -out ${name}.pem`,
  );
}

test("an agent with a certificate is let in, one without is not and keeps its spans", async () => {
  openssl(
    "req -x509 -subj /CN=ca -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -days 1 -out ca.pem",
  );
  issue("gateway", "IP:127.0.0.1");
  issue("agent", "URI:spiffe://acme.example/host/one");
  const fresh = await freshTopics(["spans"], 1);
  leftovers.push(() => fresh.drop());
  const gateway = await startAnswerableCollector({
    config: ["gateway", "gateway-tls"],
    env: {
      ANSWERABLE_KAFKA_BROKERS: fresh.brokers.join(","),
      ANSWERABLE_KAFKA_TOPIC: fresh.topics.spans,
      ANSWERABLE_TLS_CERT: file("gateway.pem"),
      ANSWERABLE_TLS_KEY: file("gateway.key"),
      ANSWERABLE_TLS_CLIENT_CA: file("ca.pem"),
      ANSWERABLE_AGENTS: "spiffe://acme.example/host/*",
    },
  });
  const trusts = { ANSWERABLE_GATEWAY: gateway.grpc, ANSWERABLE_GATEWAY_CA: file("ca.pem") };
  const stranger = await startAnswerableCollector({ config: "agent", env: trusts });
  const known = await startAnswerableCollector({
    config: "agent",
    env: {
      ...trusts,
      ANSWERABLE_CLIENT_CERT: file("agent.pem"),
      ANSWERABLE_CLIENT_KEY: file("agent.key"),
    },
  });
  expect(await stranger.send(protoRequest([{ identityId: "agent:stranger", ordinal: 1 }]))).toBe(200);
  expect(await known.send(protoRequest([{ identityId: "agent:known", ordinal: 2 }]))).toBe(200);
  await until("the stranger is refused", () => stranger.logs().includes("certificate required"));
  const spans = await until("a span", async () => {
    const read = await collectedSpans(fresh.brokers, fresh.topics.spans);
    return read.length > 0 && read;
  });
  expect(spans.map(({ traceId }) => traceId)).toEqual([(3).toString(16).padStart(32, "0")]);
  // The host's collector has bound it, and the gateway says whose collector that was.
  expect(spans[0]?.record.key).toBe(keyGroup("default", "agent:known"));
  // Over plain HTTP.
  await expect(gateway.send(protoRequest([]))).resolves.toBe(400);
}, 60_000);
