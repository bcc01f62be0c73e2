/** Positions in what a process says of itself: its environment, and what it is told at its start. Begins anew for each secret. */
import { runAs, start, tool } from "../../../../instrumentation/index.ts";
import { worldOf } from "../../secrets/position.ts";

const { secrets } = worldOf(process.env);

/** Of the attributes of a resource those that leave, and some that don't. */
const names = [
  "service.namespace",
  "service.version",
  "deployment.environment.name",
  "host.name",
  "k8s.pod.name",
];
const further = [
  "k8s.namespace.name",
  "cloud.account.id",
  "cicd.pipeline.name",
  "vcs.repository.name",
  "container.id",
  "planted",
];

for (const [nth, { told, secret }] of secrets.entries()) {
  const text = encodeURIComponent(told);
  const pairs = [...names, ...further].map((name) => `${name}=${text}`);
  const env: Readonly<Record<string, string>> = {
    OTEL_RESOURCE_ATTRIBUTES: [...pairs, `${encodeURIComponent(secret)}=${encodeURIComponent(secret)}`].join(
      ",",
    ),
    OTEL_SERVICE_NAME: told,
    ANSWERABLE_IDENTITY_OWNER: told,
    // As an app gets its configuration.
    DATABASE_URL: `postgres://app:${encodeURIComponent(secret)}@db/app`,
    API_KEY: secret,
  };
  Object.assign(process.env, env);
  // Found by the service's name, by the variable, or told by the developer.
  delete process.env["ANSWERABLE_IDENTITY"];
  if (nth % 3 === 1) process.env["ANSWERABLE_IDENTITY"] = told;
  const identity = { id: told, kind: "ai_agent", owner: told } as const;
  const answerable = start(nth % 3 === 2 ? { identity } : {});
  runAs({ chain: ["user:ana"] }, () => tool("resource.attributes", () => 1)());
  await answerable.stop();
}
process.stdout.write(JSON.stringify([{ name: "resource.attributes", operation: "resource.attributes" }]));
