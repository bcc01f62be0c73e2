/** An address as eight groups of 16 bits; one of version 4 lies where version 6 maps it, and counts as one of version 4. */
interface Address {
  readonly isMapped: boolean;
  readonly groups: readonly number[];
}

/** Longest text that is read as an address. */
const charsMax = 45;
const mappedPrefix = [0, 0, 0, 0, 0, 0xff_ff];
const mappedBits = 96;

/**
 * Compiles addresses and blocks of addresses (RFC 4632, RFC 4291). What is no address is in no block.
 *
 * @example
 * compileNetworks(["10.0.0.0/8"])("::ffff:10.1.2.3"); // true
 */
export function compileNetworks(blocks: readonly string[]): (address: string) => boolean {
  const compiled = blocks.flatMap((block) => compileBlock(block) ?? []);
  return (text) => {
    const address = parseAddress(text);
    return address !== undefined && compiled.some((holds) => holds(address));
  };
}

function compileBlock(block: string): ((address: Address) => boolean) | undefined {
  const slash = block.indexOf("/");
  const base = parseAddress(slash === -1 ? block : block.slice(0, slash));
  if (base === undefined) return undefined;
  const isShort = !block.includes(":");
  const bits = slash === -1 ? 128 : Number(block.slice(slash + 1)) + (isShort ? mappedBits : 0);
  if (!(bits >= 0 && bits <= 128)) return undefined;
  // A block of version 6 that only begins where version 4 is mapped holds no address of version 4.
  const isMapped = base.isMapped && bits >= mappedBits;
  return (address) => address.isMapped === isMapped && agree(address.groups, base.groups, bits);
}

function agree(one: readonly number[], other: readonly number[], bits: number): boolean {
  for (let nth = 0, left = bits; left > 0; nth += 1, left -= 16) {
    const dropped = Math.max(0, 16 - left);
    if (one[nth]! >> dropped !== other[nth]! >> dropped) return false;
  }
  return true;
}

function parseAddress(text: string): Address | undefined {
  if (text.length > charsMax) return undefined;
  if (!text.includes(":")) {
    const short = parseShort(text);
    return short === undefined ? undefined : { isMapped: true, groups: [...mappedPrefix, ...short] };
  }
  const groups = parseLong(text);
  return groups === undefined
    ? undefined
    : { groups, isMapped: mappedPrefix.every((one, nth) => groups[nth] === one) };
}

/** Four numbers without zeros before them, as some read those as octal. */
function parseShort(text: string): readonly number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/u.test(part))) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = parts.map(Number);
  return Math.max(a, b, c, d) > 255 ? undefined : [a * 256 + b, c * 256 + d];
}

function parseLong(text: string): readonly number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, nth) =>
    half === "" ? [] : groupsOf(half, nth === halves.length - 1),
  );
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  // oxlint-disable-next-line unicorn/no-new-array -- As many zeros as were left out.
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** Groups of one half; the last two of all may be written as an address of version 4. */
function groupsOf(half: string, isLast: boolean): readonly number[] | undefined {
  const parts = half.split(":");
  const groups: number[] = [];
  for (const [nth, part] of parts.entries()) {
    if (/^[\da-f]{1,4}$/iu.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const short = isLast && nth === parts.length - 1 ? parseShort(part) : undefined;
      if (short === undefined) return undefined;
      groups.push(...short);
    }
  }
  return groups;
}
