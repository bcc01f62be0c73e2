import type { DeadLetters } from "../stream/ports.ts";
import type { Database } from "./clickhouse.ts";
import { deadLetterRow } from "./rows.ts";

/** Dead letters as a table, for an installation without Kafka. */
export function deadLetterTable(database: Database): DeadLetters {
  return { put: (letters) => database.insert("dead_letters", letters.map(deadLetterRow)) };
}
