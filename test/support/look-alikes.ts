/** What is tried, and the name that tries it. */
export type Try = readonly [tried: string, text: string];

/** One name for another: each is written otherwise, and seen alike by somebody. */
export const lookAlikes = (name: string): readonly Try[] => [
  ["a letter of another script", name.replace("a", "а").replace("e", "е").replace("i", "і")],
  ["letters of full width", name.replaceAll("r", "ｒ")],
  ["capitals", name.toUpperCase()],
  ["a space behind", `${name} `],
  ["a space before", ` ${name}`],
  ["a dot behind", `${name}.`],
  ["no width within", `${name.slice(0, 3)}\u200B${name.slice(3)}`],
  ["a turn of writing", `\u202E${name}`],
  ["an accent that joins", `${name}\u0301`],
  ["a NUL behind", `${name}\0`],
  ["a line end behind", `${name}\n`],
  ["a star", "*"],
  ["nothing", ""],
  ["percent", encodeURIComponent(name).replace("r", "%72")],
];
