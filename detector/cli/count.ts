/** Reads an option that is a number of things; throws a sentence when it is none. */
export function count(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`${option} is ${text}; it must be a whole number from 1 on`);
  return number;
}
