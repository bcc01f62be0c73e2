import { Readable } from "node:stream";
import {
  type ClickHouseClient,
  ClickHouseError,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from "@clickhouse/client";

export interface DatabaseOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly requestTimeoutMs?: number;
}

/** What the store asks of ClickHouse. */
export interface Database {
  /**
   * Inserts rows as one block. With a token the server drops a second insert of the same token, whatever it holds;
   * resolves either way. Rows without some column take its default.
   */
  insert(table: string, rows: readonly object[], token?: string): Promise<void>;
  /** The same with a block in ClickHouse's Native format. */
  insertBlock(table: string, block: Uint8Array, token: string): Promise<void>;
  /**
   * What a SELECT gives in ClickHouse's RowBinary format: the rows' values one after the other, in parts as they come; a
   * part may end within a row.
   */
  queryBinary(sql: string, params?: Readonly<Record<string, unknown>>): AsyncIterable<Buffer>;
  /** Rows of a SELECT; `{name:Type}` in the SQL is filled from `params` by the server. */
  query<Row>(sql: string, params?: Readonly<Record<string, unknown>>): Promise<readonly Row[]>;
  command(sql: string): Promise<void>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

/** ClickHouse can't be reached, or refuses; says which and why in one sentence. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  /** False when the same request would always fail. */
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean, cause: unknown) {
    super(message, { cause });
    this.retryable = retryable;
  }
}

/** Codes of ClickHouse that a person has to mend: unknown table, column or user, syntax, rights, bad data. */
const permanentCodes = new Set([
  "36",
  "44",
  "47",
  "60",
  "62",
  "81",
  "192",
  "193",
  "194",
  "195",
  "497",
  "516",
]);

/** One insert must stay one block, or it would not be all or nothing. */
const oneBlock = {
  max_insert_block_size: "10000000",
  min_insert_block_size_rows: "10000000",
  min_insert_block_size_bytes: "1000000000",
} as const;

/** Connects lazily: nothing is sent before the first call. */
export function openDatabase({
  url,
  user,
  password,
  database,
  requestTimeoutMs = 60_000,
}: DatabaseOptions): Database {
  const client = createClient({
    url,
    username: user,
    password,
    database,
    application: "answerable",
    // Errors are thrown, and whoever catches them knows whether they are worth a line; queries may hold what must not be logged.
    log: { level: ClickHouseLogLevel.OFF },
    request_timeout: requestTimeoutMs,
    max_open_connections: 8,
    clickhouse_settings: {
      date_time_input_format: "best_effort",
      output_format_json_quote_64bit_integers: 0,
    },
  });
  const explained = explaining(url);
  return {
    insert: (table, rows, token) => insert(client, explained, table, rows, token),
    insertBlock: (table, block, token) =>
      explained(async () => {
        const { stream } = await client.exec({
          query: `INSERT INTO ${table} FORMAT Native`,
          values: Readable.from([block], { objectMode: false }),
          clickhouse_settings: tokenSettings(token),
        });
        for await (const _ of stream) void _;
      }),
    queryBinary: async function* (sql, params = {}) {
      const query = { query: `${sql} FORMAT RowBinary`, query_params: { ...params } };
      const { stream } = await explained(() => client.exec(query));
      const parts: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
      try {
        for (;;) {
          const { done, value } = await explained(() => parts.next());
          if (done === true) return;
          yield value;
        }
      } finally {
        stream.destroy();
      }
    },
    query: async <Row>(sql: string, params: Readonly<Record<string, unknown>> = {}) =>
      explained(async () => {
        const result = await client.query({ query: sql, query_params: { ...params }, format: "JSONEachRow" });
        return result.json<Row>();
      }),
    command: async (sql) => explained(async () => void (await client.command({ query: sql }))),
    ping: async () => (await client.ping()).success,
    close: () => client.close(),
  };
}

async function insert(
  client: ClickHouseClient,
  explained: Explaining,
  table: string,
  rows: readonly object[],
  token?: string,
): Promise<void> {
  if (rows.length === 0) return;
  await explained(() =>
    client.insert({
      table,
      values: rows,
      format: "JSONEachRow",
      clickhouse_settings: tokenSettings(token),
    }),
  );
}

function tokenSettings(token: string | undefined): ClickHouseSettings {
  if (token === undefined) return oneBlock;
  return {
    ...oneBlock,
    insert_deduplication_token: token,
    deduplicate_blocks_in_dependent_materialized_views: 1,
  };
}

type Explaining = <T>(work: () => Promise<T>) => Promise<T>;

/** Turns the client's errors into sentences. */
function explaining(url: string): Explaining {
  return async (work) => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ClickHouseError) {
        const sentence = error.message.split("\n", 1)[0] ?? "";
        throw new StoreError(
          `ClickHouse refused (code ${error.code}): ${sentence}`,
          !permanentCodes.has(error.code),
          error,
        );
      }
      const reason = error instanceof Error ? error.message : String(error);
      throw new StoreError(`ClickHouse at ${url} can't be reached: ${reason}`, true, error);
    }
  };
}
