import { hashOf } from "./hash.ts";
import type { NumberReader, NumberWriter } from "./tally.ts";

/** Sessions remembered of one grant; of more, the one unused longest is forgotten, and begins anew. */
const sessionsMax = 16;

/** How far each session has come in the order of its steps. */
export class Steps {
  readonly #sessions = new Map<number, number>();

  /** The step that comes next in a session, or is repeated; undefined where none of these is its turn. */
  next(sessionId: string, steps: readonly number[]): number | undefined {
    const step = this.#sessions.get(hashOf(sessionId)) ?? -1;
    if (steps.includes(step + 1)) return step + 1;
    return steps.includes(step) ? step : undefined;
  }

  reach(sessionId: string, step: number): void {
    const session = hashOf(sessionId);
    this.#sessions.delete(session);
    this.#sessions.set(session, step);
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= sessionsMax) break;
      this.#sessions.delete(oldest);
    }
  }

  pack(writer: NumberWriter): void {
    writer.varint(this.#sessions.size);
    for (const [session, step] of this.#sessions) {
      writer.varint(session);
      writer.varint(step);
    }
  }

  unpack(reader: NumberReader): void {
    const count = reader.varint();
    for (let at = 0; at < count; at += 1) this.#sessions.set(reader.varint(), reader.varint());
  }
}
