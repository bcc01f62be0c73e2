import { earlyResponses, type EarlyBench } from "../detect/early.ts";
import type { ActionColumns } from "../attribute/action-columns.ts";
import type { RecordPlaces } from "../detect/record-places.ts";
import type { Response } from "../../schemas/index.ts";
import type { Standings, TakenResponse } from "./ports.ts";

/** Responses of which is remembered that they were told; further ones are told twice, which changes nothing. */
const toldMax = 10_000;

/**
 * Tells guards what must stop as early as it is sure: when a record comes, and not when its actions' turn has. What was told so is
 * not told again when its row is stored, which then says when it was.
 */
export class EarlyAnswers {
  readonly #standings: Standings;
  /** When each was told, by its id. */
  readonly #told = new Map<string, number>();
  /** Whoever had the partition before may have told of what it held back, by its log's time; so do we, first. */
  #hasLooked = false;

  constructor(standings: Standings) {
    this.#standings = standings;
  }

  async look(columns: ActionColumns, places: RecordPlaces, bench: EarlyBench): Promise<void> {
    const fromRecord = this.#hasLooked ? bench.fromRecord : 0;
    const early = earlyResponses(columns, places, { ...bench, fromRecord }).filter(
      ({ id }) => !this.#told.has(id),
    );
    const first = [...new Map(early.toReversed().map((one) => [one.id, one])).values()].toReversed();
    if (first.length > 0) await this.#tell(first);
    this.#hasLooked = true;
  }

  /** Tells those that were not told yet; gives all, with when they were. */
  async take(responses: readonly Response[]): Promise<readonly TakenResponse[]> {
    const untold = responses.filter(({ id }) => !this.#told.has(id));
    const setAtMs = untold.length === 0 ? 0 : await this.#tell(untold);
    return responses.map((response) => ({ ...response, setAtMs: this.#told.get(response.id) ?? setAtMs }));
  }

  async #tell(responses: readonly Response[]): Promise<number> {
    const setAtMs = await this.#standings.set(responses);
    for (const { id } of responses) this.#told.set(id, setAtMs);
    for (const id of this.#told.keys()) {
      if (this.#told.size <= toldMax) break;
      this.#told.delete(id);
    }
    return setAtMs;
  }
}
