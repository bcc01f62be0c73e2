import { detectors } from "../detect/index.ts";
import { actionPatterns } from "../../schemas/index.ts";
import { compilePattern } from "../detect/patterns-sentence.ts";
import type { Config } from "./config.ts";
import { isLoopback, parseListen } from "./listen.ts";
import { nearest } from "./suggest.ts";
import { envName } from "./walk.ts";

/** What must hold between settings, each broken one as a sentence. */
export function brokenRules(config: Config): readonly string[] {
  return [
    ...listenRules(config),
    ...clientRules(config),
    ...limitRules(config),
    ...kafkaRules(config),
    ...webhookRules(config),
    ...hookRules(config),
    ...linkRules(config),
    ...revocationRules(config),
    ...ruleRules(config),
    ...patternRules(config),
  ];
}

function ruleRules({ rules }: Config): readonly string[] {
  const known = detectors.map(({ id }) => id);
  return rules.off
    .filter((id) => !known.includes(id))
    .map(
      (id) =>
        `rules.off names ${id}, which is no rule that can be switched off; there are ${known.join(", ")}`,
    );
}

function patternRules({ patterns }: Config): readonly string[] {
  const taken = new Set(actionPatterns.map(({ id }) => id));
  return patterns.flatMap((one, at) => {
    const place = `patterns[${at}]`;
    const problems = taken.has(one.id) ? [`${place}.id is ${one.id}, which another pattern has`] : [];
    taken.add(one.id);
    const made = compilePattern(one);
    if (!("problem" in made)) return problems;
    const { problem, words, allowed } = made;
    const near = nearestBeginning(words, allowed);
    const advice = near === undefined ? `known are ${allowed.join(", ")}` : `did you mean "${near}"?`;
    const tail = allowed.length === 0 ? "" : `; ${advice}`;
    return [...problems, `${place}.when ${problem}: "${words}"${tail}`];
  });
}

/** The words probably meant by those with which a text begins. */
function nearestBeginning(text: string, known: readonly string[]): string | undefined {
  const words = text.split(" ");
  for (let count = words.length; count > 0; count -= 1) {
    const near = nearest(words.slice(0, count).join(" "), known);
    if (near !== undefined) return near;
  }
  return undefined;
}

function listenRules({ http, telemetry }: Config): readonly string[] {
  const { listen } = telemetry;
  return [
    ...addressRules("http.listen", http.listen, http),
    ...(listen === undefined || listen === "off" ? [] : addressRules("telemetry.listen", listen, http)),
  ];
}

function addressRules(setting: string, listen: string, http: Config["http"]): readonly string[] {
  const { host, port } = parseListen(listen);
  const problems: string[] = [];
  if (port > 65_535)
    problems.push(`${setting} is "${listen}"; its port must be 0 to 65535 (${envName(setting.split("."))})`);
  const proven =
    http.tls?.clientCaFile !== undefined || http.clients.some((client) => client.tokenSha256 !== undefined);
  if (!isLoopback(host) && !proven) {
    problems.push(
      `${setting} is "${listen}", which others can reach, and nobody would have to prove who they are; ` +
        "give a client in http.clients a tokenSha256, set http.tls.clientCaFile, or listen on 127.0.0.1",
    );
  }
  return problems;
}

function clientRules({ http }: Config): readonly string[] {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const [at, client] of http.clients.entries()) {
    const place = `http.clients[${at}]`;
    if (client.tokenSha256 === undefined && client.certificateSubject === undefined) {
      problems.push(`${place} can't be recognised; give it tokenSha256 or certificateSubject`);
    }
    if (client.certificateSubject !== undefined && http.tls?.clientCaFile === undefined) {
      problems.push(
        `${place}.certificateSubject needs http.tls.clientCaFile, which says whose certificates count`,
      );
    }
    for (const [key, value] of Object.entries({
      name: client.name,
      tokenSha256: client.tokenSha256?.toLowerCase(),
      certificateSubject: client.certificateSubject,
    })) {
      if (value === undefined) continue;
      const first = seen.get(`${key} ${value}`);
      if (first !== undefined)
        problems.push(`${place}.${key} is the same as in ${first}; each client needs its own`);
      seen.set(`${key} ${value}`, place);
    }
  }
  return problems;
}

function kafkaRules({ kafka: { sessionTimeoutMs, heartbeatMs } }: Config): readonly string[] {
  if (heartbeatMs * 3 <= sessionTimeoutMs) return [];
  return [
    `kafka.heartbeatMs is ${heartbeatMs}; it must be at most a third of kafka.sessionTimeoutMs (${sessionTimeoutMs}), ` +
      "or two late beats would cost a worker its partitions",
  ];
}

function limitRules({ http, limits }: Config): readonly string[] {
  const problems: string[] = [];
  const most = 2 * Math.max(limits.bodyBytesMax, limits.inflatedBytesMax);
  if (http.inFlightBytesMax < most) {
    problems.push(
      `http.inFlightBytesMax is ${http.inFlightBytesMax}; it must be at least ${most}, ` +
        "twice the largest of limits.bodyBytesMax and limits.inflatedBytesMax, or the largest request could never be taken",
    );
  }
  if (http.queueSoftBytesMax > http.queueBytesMax) {
    problems.push(
      `http.queueSoftBytesMax is ${http.queueSoftBytesMax}; it must be at most http.queueBytesMax (${http.queueBytesMax}), ` +
        "or nobody would be asked to slow down before the queue is full",
    );
  }
  return problems;
}

function webhookRules({ alerts }: Config): readonly string[] {
  const names = alerts.webhooks.map((webhook) => webhook.name);
  return alerts.webhooks.flatMap((webhook, at) => {
    const problems: string[] = [];
    if (webhook.secret === undefined) {
      problems.push(
        `alerts.webhooks[${at}] ("${webhook.name}") has no secret, so its receiver could not tell our alerts from forged ones; ` +
          "set secret or secretFile",
      );
    }
    if (names.indexOf(webhook.name) < at)
      problems.push(`alerts.webhooks[${at}].name is "${webhook.name}", which is taken`);
    return problems;
  });
}

/** Shorter ones can be guessed from one signed message. */
const secretCharsMin = 16;

function hookRules({ hooks }: Config): readonly string[] {
  const names = hooks.map((hook) => hook.name);
  return hooks.flatMap(({ name, secret }, at) => {
    const place = `hooks[${at}] ("${name}")`;
    const problems: string[] = [];
    if (secret === undefined)
      problems.push(
        `${place} has no secret, so anybody could open and close tasks; set secret or secretFile`,
      );
    else if (secret.length < secretCharsMin)
      problems.push(`${place} has a secret of fewer than ${secretCharsMin} characters; choose a longer one`);
    if (names.indexOf(name) < at) problems.push(`hooks[${at}].name is "${name}", which is taken`);
    return problems;
  });
}

function linkRules({ approvals: { baseUrl, linkSecret } }: Config): readonly string[] {
  if (linkSecret === undefined && baseUrl === undefined) return [];
  if (linkSecret === undefined)
    return ["approvals.baseUrl is set without approvals.linkSecret, which signs the links; set both or none"];
  if (baseUrl === undefined)
    return ["approvals.linkSecret is set without approvals.baseUrl, where links lead to; set both or none"];
  if (linkSecret.length >= secretCharsMin * 2) return [];
  return [`approvals.linkSecret has fewer than ${secretCharsMin * 2} characters; choose a longer one`];
}

function revocationRules({ revocation }: Config): readonly string[] {
  const names = revocation.map((hook) => hook.name);
  return revocation.flatMap((hook, at) => {
    const problems: string[] = [];
    const place = `revocation[${at}] ("${hook.name}")`;
    if (hook.kind === "webhook" && hook.secret === undefined) {
      problems.push(
        `${place} has no secret, so its receiver could not tell our requests from forged ones; set secret or secretFile`,
      );
    }
    if (hook.kind === "vault" && hook.token === undefined)
      problems.push(`${place} has no token, without which Vault revokes nothing; set tokenFile`);
    if (names.indexOf(hook.name) < at)
      problems.push(`revocation[${at}].name is "${hook.name}", which is taken`);
    return problems;
  });
}
