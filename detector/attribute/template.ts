import { pathShape, urlHost, urlShape } from "./shape.ts";

/** Looks an attribute up as text; undefined when the span doesn't have it. */
export type Lookup = (name: string) => string | undefined;

/** A compiled list of templates: the text of the first in which every placeholder has a value. */
export type Template = (lookup: Lookup) => string | undefined;

const filters: Readonly<Record<string, (text: string) => string>> = {
  host: urlHost,
  url: urlShape,
  path: pathShape,
  rest: (text) => text.slice(text.indexOf(" ") + 1),
  first: (text) => text.split(" ", 1)[0] ?? "",
  dots: (text) => text.replaceAll("/", "."),
  service: (text) => text.slice(0, Math.max(0, text.lastIndexOf("/"))) || text,
  lower: (text) => text.toLowerCase(),
};

/**
 * Compiles templates as `attribution.json` writes them.
 *
 * @throws Error when a template names an unknown filter: the table is shipped with the program, so that is a bug.
 * @example
 * const operation = compileTemplates(["db.{db.operation.name|db.operation:lower}", "db.query"]);
 * operation((name) => (name === "db.operation" ? "SELECT" : undefined)); // "db.select"
 */
export function compileTemplates(templates: readonly string[]): Template {
  const compiled = templates.map(compileTemplate);
  return (lookup) => {
    for (const template of compiled) {
      const text = template(lookup);
      if (text !== undefined && text !== "") return text;
    }
    return undefined;
  };
}

function compileTemplate(template: string): Template {
  const parts = template
    .split(/(\{[^}]*\})/u)
    .filter((part) => part !== "")
    .map(compilePart);
  return (lookup) => {
    let text = "";
    for (const part of parts) {
      const value = part(lookup);
      if (value === undefined || value === "") return undefined;
      text += value;
    }
    return text;
  };
}

function compilePart(part: string): Template {
  if (!part.startsWith("{")) return () => part;
  const [alternatives = "", filterName] = part.slice(1, -1).split(":");
  const names = alternatives.split("|");
  const filter = filterName === undefined ? undefined : filters[filterName];
  if (filterName !== undefined && filter === undefined)
    throw new Error(`template ${part} names no known filter`);
  return (lookup) => {
    const value = firstPresent(names, lookup);
    return value === undefined || filter === undefined ? value : filter(value);
  };
}

/** The value of the first of `names` that the span has. */
export function firstPresent(names: readonly string[], lookup: Lookup): string | undefined {
  for (const name of names) {
    const value = lookup(name);
    if (value !== undefined && value !== "") return value;
  }
  return undefined;
}
