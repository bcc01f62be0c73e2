import type { Route } from "./route.ts";

export interface ServiceOptions {
  /** Why the service can't do its work now, for whoever may read; undefined when it can. */
  readonly problem: () => Promise<string | undefined>;
  /** All numbers in Prometheus' text format. */
  readonly metrics: () => Promise<string>;
}

/** The version is part of the type; a scraper that is strict about it would refuse plain text. */
const prometheusText = "text/plain; version=0.0.4; charset=utf-8";

/**
 * What machinery asks of every role. /healthz says that the event loop turns and nothing else: a restart mends neither a
 * store nor a broker that is away. /readyz says whether the role can do its work now.
 */
export function serviceRoutes({ problem, metrics }: ServiceOptions): readonly Route[] {
  return [
    { method: "GET", path: "/healthz", answer: async () => ({ status: 200, text: "ok\n" }) },
    {
      method: "GET",
      path: "/readyz",
      answer: async () => {
        const trouble = await problem().catch(() => "the store can't be reached");
        return trouble === undefined
          ? { status: 200, text: "ready\n" }
          : { status: 503, text: `${trouble}\n` };
      },
    },
    {
      method: "GET",
      path: "/metrics",
      permission: "read",
      answer: async () => ({ status: 200, text: await metrics(), type: prometheusText }),
    },
  ];
}
