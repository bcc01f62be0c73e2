/** What the header of a batch says of its records. */
export interface BatchHeader {
  readonly baseOffset: number;
  readonly lastOffsetDelta: number;
  readonly records: number;
}

/** Bytes of the header of a batch, version 2, up to the records. */
const headerBytes = 61;

/**
 * The header that lies in front of a batch's packed records: the client hands a codec a window on the bytes it fetched.
 * Undefined where there is none.
 */
export function batchHeaderOf(packed: Buffer): BatchHeader | undefined {
  const { buffer, byteOffset } = packed;
  if (byteOffset < headerBytes) return undefined;
  const header = Buffer.from(buffer, byteOffset - headerBytes, headerBytes);
  const [length, magic] = [header.readInt32BE(8), header.readInt8(16)];
  if (magic !== 2 || length !== headerBytes - 12 + packed.byteLength) return undefined;
  const lastOffsetDelta = header.readInt32BE(23);
  const records = header.readInt32BE(57);
  if (records < 1 || records > lastOffsetDelta + 1) return undefined;
  return { baseOffset: Number(header.readBigInt64BE(0)), lastOffsetDelta, records };
}

/** Wire type 7 exists in no protobuf, and the byte begins no JSON. */
const unreadable = 0x07;

/**
 * Records in the place of a batch's own, as many, at its last offsets, each of one byte that nobody can read: no key,
 * no headers.
 */
export function unreadableRecords({ lastOffsetDelta, records }: BatchHeader): Buffer {
  const bytes: number[] = [];
  for (let delta = lastOffsetDelta - records + 1; delta <= lastOffsetDelta; delta += 1) {
    const offsetDelta = zigzag(delta);
    // Attributes, timestamp delta; key length -1, value length 1, the value, no headers.
    bytes.push(...zigzag(2 + offsetDelta.length + 4), 0, 0, ...offsetDelta, 1, 2, unreadable, 0);
  }
  return Buffer.from(bytes);
}

/** A non-negative whole number as Kafka's varint. */
function zigzag(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value * 2;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
