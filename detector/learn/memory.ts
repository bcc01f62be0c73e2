import type { ByteReader, ByteWriter } from "../bytes.ts";

/** One thing that is remembered of an identity: bounded, and read back exactly as it was packed. */
export interface Block {
  pack(writer: ByteWriter): void;
  unpack(reader: ByteReader): void;
}

/** What one detector remembers of one identity: blocks by name, in an order that never changes within a version. */
export type Memory = Readonly<Record<string, Block>>;

export function packMemory(memory: Memory, writer: ByteWriter): void {
  for (const block of Object.values(memory)) block.pack(writer);
}

export function unpackMemory(memory: Memory, reader: ByteReader): void {
  for (const block of Object.values(memory)) block.unpack(reader);
}
