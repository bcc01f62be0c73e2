import { fitText } from "./claims.ts";
import type { IdentityAround, IdentitySource } from "./source.ts";

/** The last resort: the service's name, as OpenTelemetry knows it. Many processes may share it, and nothing proves it. */
export const service: IdentitySource = {
  id: "service",
  find: async ({ env }) => {
    const resource = resourceOf(env);
    const name = fitText(env["OTEL_SERVICE_NAME"]) ?? fitText(resource.get("service.name"));
    if (name === undefined) return { said: "the service has no name" };
    const namespace = fitText(resource.get("service.namespace"));
    const id = fitText(`svc:${namespace === undefined ? "" : `${namespace}/`}${name}`);
    if (id === undefined) return { said: "the service's name is too long" };
    return {
      found: { id, kind: "workload", source: "inferred", verified: false, attributes: {} },
      said: "service.name",
    };
  },
};

/** `OTEL_RESOURCE_ATTRIBUTES`: `key=value` with commas between, values percent-encoded. */
function resourceOf(env: IdentityAround["env"]): ReadonlyMap<string, string> {
  const pairs = (env["OTEL_RESOURCE_ATTRIBUTES"] ?? "").split(",").flatMap((pair): [string, string][] => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())]];
  });
  return new Map(pairs);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
