/** One installation for many stories: every role a process of its own, on a real Kafka and a real ClickHouse. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "../../../detector/store/embedded/free-ports.ts";
import { kafkaInstallation, type KafkaInstallation } from "../kafka/installation.ts";
import { until } from "../poll.ts";
import { type IssuerDouble, issuerDouble } from "../issuer-double.ts";
import { type Environment, startRole, stopRoles } from "../roles.ts";
import { tempFolder } from "../temp-folder.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../webhook-receiver.ts";
import { type Gateway, startGateway } from "./gateway.ts";

export interface StoryInstallation {
  readonly kafka: KafkaInstallation;
  /** Where the API answers. */
  readonly url: string;
  readonly webhook: WebhookReceiver;
  /** Who issued the credentials that are named `key-*`, and revokes them where a playbook asks for it. */
  readonly issuer: IssuerDouble;
  /** What an agent's environment says. */
  readonly agentEnv: Environment;
  stop(): Promise<void>;
}

/** Starts one; the rules with these ids are switched off in it. */
export async function startStories(rulesOff: readonly string[] = []): Promise<StoryInstallation> {
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const folder = tempFolder("story-settings");
  const [webhook, issuer, kafka, [port = 0]] = await Promise.all([
    startWebhookReceiver(),
    issuerDouble(),
    kafkaInstallation({ partitions: 2, env: { ANSWERABLE_KAFKA_HEARTBEAT_MS: "300" } }),
    freePorts(1),
  ]);
  const gateway: Gateway = await startGateway(kafka.brokers, kafka.topics.raw);
  const listen = `127.0.0.1:${String(port)}`;
  const url = `http://${listen}`;
  startRole("serve", { ...kafka.env, ANSWERABLE_HTTP_LISTEN: listen });
  startRole("process", kafka.env);
  const detect = startRole("detect", {
    ...kafka.env,
    ...(rulesOff.length === 0 ? {} : { ANSWERABLE_RULES_OFF: rulesOff.join(",") }),
  });
  const settings = join(folder.path, "alert.yaml");
  const { url: revokeUrl, secret: revokeSecret } = issuer;
  const match = { credentials: ["key-*"] };
  const hook = { name: "issuer", url: revokeUrl, secret: revokeSecret, verifyUrl: revokeUrl, match };
  writeFileSync(settings, JSON.stringify({ revocation: [hook] }));
  startRole("alert", {
    ...kafka.env,
    ANSWERABLE_CONFIG: settings,
    ANSWERABLE_WEBHOOK_URL: webhook.url,
    ANSWERABLE_WEBHOOK_SECRET: secret,
  });
  await until(
    "the API answers and detect has its partitions",
    async () => {
      if (detect.ended() !== undefined) throw new Error(`detect has ended: ${detect.logs()}`);
      const isReady = await fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      return isReady && detect.logs().includes("partitions assigned");
    },
    40_000,
  );
  return {
    kafka,
    url,
    webhook,
    issuer,
    agentEnv: {
      ANSWERABLE_ENDPOINT: gateway.url,
      ANSWERABLE_GUARD: "enforce",
      ANSWERABLE_GUARD_ENDPOINT: url,
    },
    async stop() {
      await stopRoles();
      await gateway.stop();
      await webhook.stop();
      await issuer.stop();
      folder.remove();
      await kafka.drop();
    },
  };
}
