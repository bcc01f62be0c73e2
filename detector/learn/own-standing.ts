import { Standing } from "../../schemas/index.ts";
import type { ByteReader, ByteWriter } from "../bytes.ts";

/** What a playbook answered to what an identity did. */
export interface Answer {
  readonly standing: Standing;
  readonly atUs: number;
  /** When it is active again; undefined for never. */
  readonly untilUs: number | undefined;
  readonly playbookId: string;
  /** 32 hex digits. */
  readonly findingId: string;
}

/** Answers by how strict they are; `active` is none. */
const rooms = Standing.options.length - 1;

/**
 * What playbooks answered to an identity, so that what it does later is judged by it in every replay: one answer of each
 * strictness at most.
 */
export class OwnStanding {
  isEmpty = true;
  readonly #answers: (Answer | undefined)[] = [];

  /** Notes an answer. Of two that are alike the one that still stands is kept, and ends when the later of the two does. */
  note(answer: Answer, stillStands: (before: Answer) => boolean): void {
    const room = Standing.options.indexOf(answer.standing) - 1;
    if (room < 0) return;
    this.isEmpty = false;
    const before = this.#answers[room];
    this.#answers[room] =
      before !== undefined && stillStands(before)
        ? { ...before, untilUs: laterEnd(before.untilUs, answer.untilUs) }
        : answer;
  }

  /** The strictest answer that counts at an instant, of those given after `sinceUs`. */
  at(atUs: number, sinceUs: number): Answer | undefined {
    return this.#answers.findLast(
      (one) =>
        one !== undefined &&
        one.atUs > sinceUs &&
        one.atUs <= atUs &&
        (one.untilUs === undefined || atUs < one.untilUs),
    );
  }

  pack(writer: ByteWriter): void {
    let there = 0;
    for (let room = 0; room < rooms; room += 1) if (this.#answers[room] !== undefined) there |= 1 << room;
    writer.byte(there);
    for (const answer of this.#answers) {
      if (answer === undefined) continue;
      writer.double(answer.atUs);
      writer.double(answer.untilUs ?? Number.POSITIVE_INFINITY);
      writer.text(answer.playbookId);
      writer.raw(Buffer.from(answer.findingId, "hex"));
    }
  }

  unpack(reader: ByteReader): void {
    const there = reader.byte();
    this.isEmpty = there === 0;
    for (let room = 0; room < rooms; room += 1) {
      if ((there & (1 << room)) === 0) continue;
      const atUs = reader.double();
      const untilUs = reader.double();
      const playbookId = reader.text();
      const findingId = reader.raw(16).toString("hex");
      this.#answers[room] = {
        standing: Standing.options[room + 1]!,
        atUs,
        untilUs: untilUs === Number.POSITIVE_INFINITY ? undefined : untilUs,
        playbookId,
        findingId,
      };
    }
  }
}

function laterEnd(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : Math.max(one, other);
}
