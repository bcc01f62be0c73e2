import { Coverage, type Range } from "./coverage.ts";
import { clockStepUs, type Limited, limits } from "./limits.ts";

/** Numbers that came together, by the time of their spans: from the first that began to the last that ended. */
export interface Batch {
  readonly firstAtUs: number;
  readonly lastAtUs: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly ranges: readonly Range[];
}

/** When a life counts as going on beside a later one. */
const nearMax = 256;
const nearerTimes = 16;
const aliveUs = 60_000_000;

/** One life of a process: from one beginning of its numbers to the next. */
export interface Life {
  firstAtUs: number;
  lastAtUs: number;
  readonly coverage: Coverage;
}

/** What adding a batch showed. */
export interface Added {
  readonly life: Life;
  /** Numbers of the batch that this life had already said. */
  readonly known: number;
}

/**
 * The lives of one process name. Numbers only rise while a process lives, so a span with a lower number that began when
 * all others were over belongs to a life after theirs, and one with a higher number that was over before they began to
 * a life before. Of the lives a batch fits, it is of the latest, unless an older one evidently goes on beside it. Two
 * lives at one time are two processes.
 */
export class Lives {
  readonly all: Life[] = [];

  add(batch: Batch, onLimited: (what: Limited) => void): Added {
    const life = this.#lifeOf(batch) ?? this.#begin(batch, onLimited);
    life.firstAtUs = Math.min(life.firstAtUs, batch.firstAtUs);
    life.lastAtUs = Math.max(life.lastAtUs, batch.lastAtUs);
    let known = 0;
    for (const range of batch.ranges) known += life.coverage.add(range);
    while (life.coverage.size > limits.rangesPerLifeMax) {
      life.coverage.shift();
      onLimited("ranges_of_life");
    }
    return { life, known };
  }

  /** How many runs of numbers are held. */
  get size(): number {
    return this.all.reduce((sum, { coverage }) => sum + coverage.size, 0);
  }

  /** Two lives that ran at one time, the latest such. */
  atOnce(): readonly [Life, Life] | undefined {
    for (const [nth, later] of this.all.entries())
      for (const earlier of this.all.slice(0, nth)) {
        const overlapUs =
          Math.min(earlier.lastAtUs, later.lastAtUs) - Math.max(earlier.firstAtUs, later.firstAtUs);
        if (overlapUs > clockStepUs) return [earlier, later];
      }
    return undefined;
  }

  #lifeOf(batch: Batch): Life | undefined {
    const fitting = this.all.filter((life) => fits(life, batch));
    const latest = fitting.findLast((life) => life.firstAtUs <= batch.lastAtUs) ?? fitting[0];
    if (latest === undefined) return undefined;
    return fitting.find((life) => life !== latest && goesOn(life, latest, batch)) ?? latest;
  }

  #begin({ firstAtUs, lastAtUs }: Batch, onLimited: (what: Limited) => void): Life {
    const life: Life = { firstAtUs, lastAtUs, coverage: new Coverage() };
    this.all.push(life);
    this.all.sort((a, b) => a.firstAtUs - b.firstAtUs);
    if (this.all.length > limits.livesMax) {
      this.all.splice(this.all[0] === life ? 1 : 0, 1);
      onLimited("lives");
    }
    return life;
  }
}

/**
 * Whether a batch is an older life going on beside the latest: it spoke a moment ago, and the batch comes right behind its
 * numbers and far from those of the latest.
 */
function goesOn(life: Life, latest: Life, batch: Batch): boolean {
  const near = distance(life, batch);
  return (
    near <= nearMax &&
    near * nearerTimes < distance(latest, batch) &&
    batch.firstAtUs - life.lastAtUs < aliveUs &&
    life.lastAtUs >= latest.firstAtUs - aliveUs
  );
}

function fits({ firstAtUs, lastAtUs, coverage }: Life, batch: Batch): boolean {
  const isNext = batch.firstAtUs > lastAtUs + clockStepUs && batch.firstSeq <= coverage.last;
  const isBefore = batch.lastAtUs + clockStepUs < firstAtUs && batch.lastSeq >= coverage.first;
  return !isNext && !isBefore;
}

/** How far a batch's numbers are from those of a life; 0 within. */
function distance({ coverage }: Life, { firstSeq, lastSeq }: Batch): number {
  return Math.max(0, firstSeq - coverage.last, coverage.first - lastSeq);
}
