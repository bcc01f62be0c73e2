import { ClickHouseLogLevel, createClient } from "@clickhouse/client";

/** Asks a ClickHouse server as a user would, over HTTP. */
export interface Asking {
  rows<Row>(query: string, params?: Readonly<Record<string, unknown>>): Promise<readonly Row[]>;
  /** One number; 0 while what is asked of isn't there yet. */
  count(table: string): Promise<number>;
  command(query: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a client of its own for one database; requests may take ten minutes, as filling a table does. */
export function asking(url: string, database = "default"): Asking {
  const client = createClient({
    url,
    database,
    request_timeout: 600_000,
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { send_progress_in_http_headers: 1, http_headers_progress_interval_ms: "20000" },
  });
  const rows = async <Row>(query: string, params: Readonly<Record<string, unknown>> = {}): Promise<Row[]> => {
    const result = await client.query({ query, query_params: { ...params }, format: "JSONEachRow" });
    return result.json<Row>();
  };
  return {
    rows,
    count: async (table) => {
      try {
        const [row] = await rows<{ n: string }>(`SELECT count() AS n FROM ${table}`);
        return Number(row?.n ?? 0);
      } catch (error) {
        if (error instanceof Error && /does not exist|Unknown table/iu.test(error.message)) return 0;
        throw error;
      }
    },
    command: async (query) => void (await client.command({ query })),
    close: () => client.close(),
  };
}

/** Waits until a number is reached. */
export async function reached(what: string, count: () => Promise<number>, expected: number): Promise<void> {
  const patienceMs = 180_000;
  const until = performance.now() + patienceMs;
  while (performance.now() < until) {
    if ((await count()) >= expected) return;
    await pause(100);
  }
  throw new Error(`${what}: ${await count()} of ${expected} spans were stored within ${patienceMs / 1000} s`);
}

/** Waits until the server merges nothing, or fifteen seconds. */
export async function mergesDone(server: Asking): Promise<void> {
  for (let turn = 0; turn < 150; turn += 1) {
    if ((await server.count("system.merges")) === 0) return;
    await pause(100);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
