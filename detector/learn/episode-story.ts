import type { ByteReader, ByteWriter } from "../bytes.ts";
import { EvidenceKind } from "../../schemas/index.ts";
import type { Block } from "./memory.ts";

/** What is known of the episode an identity is in beside its severity: how it began, and the kinds of evidence in it. */
export class EpisodeStory implements Block {
  /** What the identity did that opened it; "" as long as nothing did. */
  began = "";
  #kinds = 0;

  get kinds(): readonly EvidenceKind[] {
    return EvidenceKind.options.filter((_, nth) => (this.#kinds & (1 << nth)) !== 0);
  }

  add(kinds: readonly EvidenceKind[]): void {
    for (const kind of kinds) this.#kinds |= 1 << EvidenceKind.options.indexOf(kind);
  }

  clear(): void {
    this.began = "";
    this.#kinds = 0;
  }

  pack(writer: ByteWriter): void {
    writer.byte(this.#kinds);
    writer.text(this.began);
  }

  unpack(reader: ByteReader): void {
    this.#kinds = reader.byte();
    this.began = reader.text();
  }
}
