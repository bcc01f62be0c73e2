import type { ActionView } from "../detector/detect/action-view.ts";
import { lineOf } from "../detector/detect/character/line.ts";
import { insideOf } from "../detector/detect/character/inside.ts";
import { type Character, opinionOf, sessionOf } from "../detector/detect/character/opinion.ts";
import { originClasses, valueClasses } from "../detector/detect/character/weights.ts";
import type { Detector } from "../detector/detect/detector.ts";
import { outOfCharacter } from "../detector/detect/out-of-character.ts";
import { absent } from "../detector/decode/index.ts";

/** What learning alone says of an identity: nothing of what came afterwards, and no label, is in it. */
export interface Forecast {
  readonly identity: string;
  /** Sessions that it learned from. */
  readonly sessions: number;
  /** Kinds of work that it tells apart. */
  readonly routines: number;
  /** From how many bits on it tells of an action. */
  readonly line: number;
  /** Whether enough is known of it that anything is told. */
  readonly gateOpen: boolean;
  /** Share of honest sessions on work never seen that it expects to tell of; undefined where it counted none. */
  readonly ifNew: number | undefined;
  /** The same of all honest sessions. */
  readonly all: number | undefined;
}

/** What was thought of an action, whether or not it was told. */
export interface Thought {
  readonly value: string;
  readonly origin: string;
  readonly bits: number;
  readonly line: number;
  readonly gateOpen: boolean;
}

/** Looks at the detector of strangers while it is asked: what it knows of each identity, and what it thinks of each action. */
export class CharacterWatch {
  /** Of each identity, what is remembered as it was last asked. */
  readonly #known = new Map<string, { readonly character: Character; readonly gateOpen: boolean }>();
  readonly #thoughts = new Map<string, Thought>();
  readonly #wantsThoughts: boolean;

  constructor({ thoughts }: { readonly thoughts: boolean }) {
    this.#wantsThoughts = thoughts;
  }

  /** The detectors, of which one is looked at; they say what they would say. */
  watched(detectors: readonly Detector[]): readonly Detector[] {
    return detectors.map((detector) =>
      detector.id === outOfCharacter.id ? this.#watch(detector) : detector,
    );
  }

  /** Of each identity that was asked about, in the order of their names; as it stood last. */
  forecasts(): readonly Forecast[] {
    return [...this.#known]
      .map(([identity, { character, gateOpen }]) => forecastOf(identity, character, gateOpen))
      .toSorted((one, other) => (one.identity < other.identity ? -1 : 1));
  }

  /** What was thought of an action, by its id. */
  thought(id: string): Thought | undefined {
    return this.#thoughts.get(id);
  }

  #watch(detector: Detector): Detector {
    return {
      ...detector,
      examine: (examined, memory) => {
        const { action, evidence } = examined;
        const character = memory as Character;
        this.#known.set(action.identityId, { character, gateOpen: evidence.gateOpen });
        if (this.#wantsThoughts && action.kind !== "model_call")
          this.#thoughts.set(action.id, thoughtOf(action, character, evidence.gateOpen));
        return detector.examine(examined, memory);
      },
    };
  }
}

function forecastOf(identity: string, { routines, scores }: Character, gateOpen: boolean): Forecast {
  let sessions = 0;
  for (let routine = 1; routine <= routines.size; routine += 1) sessions += routines.sessions(routine);
  const line = lineOf(scores);
  // Before the gate nothing is told, and so nothing false.
  const shareOf = (counted: number): number | undefined =>
    gateOpen ? (scores.sessions > 0 ? counted : undefined) : 0;
  return {
    identity,
    sessions,
    routines: routines.size,
    line,
    gateOpen,
    ifNew: shareOf(scores.alarmsIfNew(line)),
    all: shareOf(scores.alarms(line)),
  };
}

function thoughtOf(action: ActionView, character: Character, gateOpen: boolean): Thought {
  const { trail, routine } = sessionOf(action, character);
  const opinion = opinionOf(action, character, trail, routine, false, insideOf(action));
  const words = opinion.isNewOperation
    ? " (operation never used)"
    : opinion.isStrange
      ? " (strange here)"
      : "";
  const isNamed = opinion.value !== absent;
  return {
    value: isNamed ? `${valueClasses[opinion.valueClass]!.name}${words}` : `names nothing${words}`,
    origin: isNamed ? originClasses[opinion.originClass]!.name : "–",
    bits: opinion.bits,
    line: lineOf(character.scores),
    gateOpen,
  };
}
