/**
 * Compiles a pattern of names: `*` stands for any run of characters, everything else is compared to the letter.
 * Matching takes one pass whatever the pattern, so that a hostile name can't make it slow.
 *
 * @example
 * compilePattern("crm/*")("crm/customers"); // true
 */
export function compilePattern(pattern: string): (name: string) => boolean {
  const pieces = pattern.split("*");
  const [head = "", ...rest] = pieces;
  const tail = rest.pop();
  if (tail === undefined) return (name) => name === pattern;
  return (name) => {
    if (!name.startsWith(head) || name.length < head.length + tail.length) return false;
    let at = head.length;
    const end = name.length - tail.length;
    for (const piece of rest) {
      const found = name.indexOf(piece, at);
      if (found === -1 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return name.endsWith(tail);
  };
}
