import type { Facts, Versions } from "./facts.ts";
import type { Check } from "./report.ts";

/** What we need, and what the lines of OpenTelemetry's SDK need (their own package.json). */
const nodeLeast = "20.19.0";
const apiLeast = "1.9.0";
const apiBelow = "1.11.0";
const sdk3 = { from: "3.0.0", api: "1.10.0", node: "22.15.0" };

export function versionChecks(facts: Facts): readonly Check[] {
  return [
    nodeCheck(facts.versions),
    packageCheck(facts.versions),
    ...apiChecks(facts),
    ...sdkChecks(facts.versions),
    ...tracingChecks(facts),
  ];
}

function nodeCheck({ node }: Versions): Check {
  const says = `Node ${node}`;
  if (!isBelow(node, nodeLeast)) return { id: "node", state: "ok", says };
  return { id: "node", state: "trouble", says, advice: `Use Node ${nodeLeast} or newer.` };
}

function packageCheck({ answerable }: Versions): Check {
  if (answerable !== undefined) return { id: "answerable", state: "ok", says: `answerable ${answerable}` };
  return {
    id: "answerable",
    state: "trouble",
    says: "answerable is not installed for the app in this folder",
    advice: "Run `npm install answerable` here, or come to the app's folder.",
  };
}

function apiChecks({ versions: { api }, apiCopies }: Facts): readonly Check[] {
  if (apiCopies.length === 0) {
    return [{ id: "api", state: "ok", says: "no @opentelemetry/api in the node_modules of this folder" }];
  }
  const where = apiCopies.map(({ version, folder }) => `${version} (${folder})`).join(", ");
  const id = "api";
  const outside = apiCopies.find(({ version }) => isBelow(version, apiLeast) || !isBelow(version, apiBelow));
  if (outside !== undefined) {
    return [
      {
        id,
        state: "trouble",
        says: `@opentelemetry/api ${outside.version} in ${outside.folder} is none that we know`,
        advice: `Install @opentelemetry/api from ${apiLeast} to below ${apiBelow}.`,
      },
    ];
  }
  if (new Set(apiCopies.map(({ version }) => lineOf(version))).size > 1) {
    return [
      {
        id,
        state: "trouble",
        says: `several lines of @opentelemetry/api lie side by side, and a library that has the newer one traces nothing where the older one was registered first: ${where}`,
        advice: `Have one of them alone: \`npm dedupe\`, or "overrides" in package.json with "@opentelemetry/api": "${api ?? "one version"}".`,
      },
    ];
  }
  if (apiCopies.length > 1)
    return [{ id, state: "note", says: `copies of @opentelemetry/api that get along: ${where}` }];
  return [{ id, state: "ok", says: `@opentelemetry/api ${where}` }];
}

function sdkChecks({ node, api, sdk }: Versions): readonly Check[] {
  if (sdk.length === 0)
    return [
      { id: "sdk", state: "ok", says: "the app has no OpenTelemetry SDK; `answerable/register` brings one" },
    ];
  const says = sdk.map(({ name, version }) => `${name} ${version}`).join(", ");
  const newest = sdk.find(({ name, version }) => name.includes("/sdk-trace") && !isBelow(version, sdk3.from));
  if (newest !== undefined && api !== undefined && isBelow(api, sdk3.api)) {
    const advice = `Install @opentelemetry/api ${sdk3.api}, which SDK 3 needs.`;
    return [{ id: "sdk", state: "trouble", says: `${says} with @opentelemetry/api ${api}`, advice }];
  }
  if (newest !== undefined && isBelow(node, sdk3.node)) {
    const advice = `Use Node ${sdk3.node} or newer, which SDK 3 needs.`;
    return [{ id: "sdk", state: "note", says: `${says} on Node ${node}`, advice }];
  }
  return [{ id: "sdk", state: "ok", says }];
}

function tracingChecks({ isTracing, isOn }: Facts): readonly Check[] {
  if (isTracing !== false || !isOn) return [];
  return [
    {
      id: "tracing",
      state: "trouble",
      says: "a span made with the app's @opentelemetry/api is not recorded",
      advice:
        "Have one version of @opentelemetry/api, the one that the app's OpenTelemetry SDK was made for.",
    },
  ];
}

function lineOf(version: string): string {
  return version.split(".", 2).join(".");
}

/** Compares the numbers of two versions; what stands behind a hyphen counts for nothing. */
function isBelow(version: string, other: string): boolean {
  const [left, right] = [numbersOf(version), numbersOf(other)];
  for (const [at, number] of right.entries()) {
    const own = left[at] ?? 0;
    if (own !== number) return own < number;
  }
  return false;
}

function numbersOf(version: string): number[] {
  return version
    .replace(/^v/u, "")
    .split(/[-+]/u, 1)
    .join("")
    .split(".")
    .map((part) => Number.parseInt(part, 10) || 0);
}
