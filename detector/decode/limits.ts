/**
 * What one request or record may hold. Beyond a limit of the whole it is refused as a whole, beyond a limit of one span
 * that span alone; each refusal is counted under the limit's name.
 */
export interface DecodeLimits {
  /** Bytes as they arrive, compressed or not. */
  readonly bodyBytesMax: number;
  /** Bytes after decompression. */
  readonly inflatedBytesMax: number;
  /** Bytes of a JSON request, after decompression: it is parsed as a whole and takes many times its size while it is. */
  readonly jsonBytesMax: number;
  /** Objects and lists of a JSON request; an empty one weighs two bytes and takes fifty. */
  readonly jsonNodesMax: number;
  /** Inflated ÷ compressed bytes; counted from the first `inflateRatioFreeBytes` on, as small bodies may be repetitive. */
  readonly inflateRatioMax: number;
  readonly inflateRatioFreeBytes: number;
  readonly spansMax: number;
  /**
   * Bytes of resources, scopes and unknown fields if each span had its own copy, or as many copies as there are key
   * groups: what a split into key groups may come to.
   */
  readonly wrapperBytesMax: number;
  /** Attributes of one span, and of one resource. */
  readonly attributesMax: number;
  /** Bytes of one text or bytes value of an attribute that is read. */
  readonly valueBytesMax: number;
  /** Nesting of lists and maps in an attribute's value. */
  readonly depthMax: number;
  /** Nesting of a JSON body as a whole; a map in an attribute's value takes four levels of JSON. */
  readonly jsonDepthMax: number;
  /** Members of one JSON object; a message of OTLP has at most 15. */
  readonly jsonMembersMax: number;
}

export const defaultLimits: DecodeLimits = {
  bodyBytesMax: 4 * 1024 * 1024,
  inflatedBytesMax: 16 * 1024 * 1024,
  jsonBytesMax: 2 * 1024 * 1024,
  jsonNodesMax: 120_000,
  inflateRatioMax: 200,
  inflateRatioFreeBytes: 1024 * 1024,
  spansMax: 50_000,
  wrapperBytesMax: 32 * 1024 * 1024,
  attributesMax: 256,
  valueBytesMax: 64 * 1024,
  depthMax: 16,
  jsonDepthMax: 80,
  jsonMembersMax: 1000,
};
