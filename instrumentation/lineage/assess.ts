import type { ArgumentOrigin, Assessment } from "./origin.ts";
import type { Search } from "./search.ts";
import { classesIn, isAsked } from "./signals/asked.ts";
import type { Shares } from "./signals/shares.ts";
import type { Tools } from "./tools.ts";

/** The answer to one call; `asked` holds the classes of operations that the prompts so far speak of. */
export function assess(
  search: Search,
  tools: Tools,
  asked: number,
  operation: string,
  args: unknown,
): Assessment {
  const total: Shares = { shingles: 0, copied: 0, prompted: 0, instructed: 0 };
  const told: ArgumentOrigin[] = [];
  for (const [name, value] of argumentsOf(args, tools.limits.charsPerTextMax)) {
    if (told.length === tools.limits.argsMax) {
      tools.counts.walksCut += 1;
      break;
    }
    told.push({ name: name.length > nameCharsMax ? tooLong : name, ...search.lookUp(value, total) });
  }
  const own = tools.classesOf(operation, (words) => classesIn(words, tools.verbs));
  return {
    args: told,
    copiedShare: share(total.copied, total.shingles),
    promptedShare: share(total.prompted, total.shingles),
    asked: isAsked(own, asked),
  };
}

/** Names are the developer's, save where a model makes one up. */
const nameCharsMax = 64;
/** Not cut: a part of a secret may look like nothing. */
const tooLong = "[too long]";

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Arguments by name; without reading a getter, and never throwing. */
function argumentsOf(args: unknown, charsMax: number): readonly (readonly [string, unknown])[] {
  try {
    const given = typeof args === "string" ? fromJson(args, charsMax) : args;
    if (given === undefined || given === null) return [];
    if (typeof given !== "object") return [["", given]];
    return Object.keys(given).flatMap((name) => {
      const property = Object.getOwnPropertyDescriptor(given, name);
      return property !== undefined && "value" in property ? [[name, property.value] as const] : [];
    });
  } catch {
    return [];
  }
}

/** Models give arguments as JSON text. */
function fromJson(text: string, charsMax: number): unknown {
  if (!text.startsWith("{") || text.length > charsMax) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
