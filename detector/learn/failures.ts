import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Block } from "./memory.ts";

/** How many actions there were and how many of them failed: in the latest hour, and in all hours before it. */
export class Failures implements Block {
  /** Hour since 1970; 0 before the first action. */
  hour = 0;
  actions = 0;
  failed = 0;
  actionsBefore = 0;
  failedBefore = 0;

  /** Begins the hour, unless it has begun or is over: what comes late counts in the latest. */
  begin(hour: number): void {
    if (hour <= this.hour) return;
    this.hour = hour;
    this.actionsBefore += this.actions;
    this.failedBefore += this.failed;
    this.actions = 0;
    this.failed = 0;
  }

  note(isFailed: boolean): void {
    this.actions += 1;
    if (isFailed) this.failed += 1;
  }

  pack(writer: ByteWriter): void {
    for (const number of [this.hour, this.actions, this.failed, this.actionsBefore, this.failedBefore])
      writer.varint(number);
  }

  unpack(reader: ByteReader): void {
    this.hour = reader.varint();
    this.actions = reader.varint();
    this.failed = reader.varint();
    this.actionsBefore = reader.varint();
    this.failedBefore = reader.varint();
  }
}
