import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Block } from "./memory.ts";

/** The latest hour since 1970 in which an action began that was learned from. */
export class LatestHour implements Block {
  hour = 0;

  note(hour: number): void {
    if (hour > this.hour) this.hour = hour;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.hour);
  }

  unpack(reader: ByteReader): void {
    this.hour = reader.varint();
  }
}
