import type { Dictionary } from "../decode/index.ts";
import { ByCode } from "./by-code.ts";
import { clip } from "./clip.ts";
import { identityCharsMax } from "./identity-limit.ts";

/** Names are cut here; they are labels, not keys. */
const nameCharsMax = 256;
const resourceCharsMax = 1024;
const resourceKindCharsMax = 64;

/** The code of a text that is cut where it is too long. */
type Clip = (dictionary: Dictionary, code: number) => number;

/** How long the texts of an action may be. */
export interface Clippers {
  readonly name: Clip;
  readonly resource: Clip;
  readonly resourceKind: Clip;
  readonly hop: Clip;
}

/** Each remembers what it cut in a chunk. */
export function newClippers(): Clippers {
  return {
    name: clipper(nameCharsMax),
    resource: clipper(resourceCharsMax),
    resourceKind: clipper(resourceKindCharsMax),
    hop: clipper(identityCharsMax),
  };
}

/** Cuts texts at a number of characters; none with fewer bytes has more. */
function clipper(charsMax: number): Clip {
  const cut = new ByCode<number>();
  return (dictionary, code) => {
    if (code < 0) return dictionary.solid(code);
    if (dictionary.lengthOf(code) <= charsMax) return code;
    return cut.get(dictionary, code) ?? cut.set(code, dictionary.add(clip(dictionary.text(code), charsMax)));
  };
}
