/** A document in parts, of which each can be written anew and the others kept. */

const beginOf = (name: string): string => `<!-- part: ${name} -->`;
const endOf = (name: string): string => `<!-- end: ${name} -->`;

/** The text of a part as it stands in a document; undefined where it isn't there. */
export function partOf(document: string, name: string): string | undefined {
  const begin = document.indexOf(beginOf(name));
  const end = document.indexOf(endOf(name));
  if (begin === -1 || end < begin) return undefined;
  return document.slice(begin + beginOf(name).length, end).trim();
}

/** Puts parts together, in their order; those without a text are left out. */
export function documentOf(parts: readonly (readonly [name: string, text: string | undefined])[]): string {
  return parts
    .flatMap(([name, text]) =>
      text === undefined ? [] : [`${beginOf(name)}\n\n${text.trim()}\n\n${endOf(name)}\n`],
    )
    .join("\n");
}
