/** One measured thing beside the best comparable thing measured in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with. */
  readonly peer: string;
  readonly peerValue: number;
  /** How many times better than the peer; above 1 is better, whether more or less of the unit is. */
  readonly ratio: number;
}

/** A part of the program that is measured by itself. */
export interface Area {
  readonly area: string;
  /** Measures; `progress` takes lines for people who wait. */
  run(progress: (line: string) => void): Promise<Figure[]>;
}

/** The middle of some numbers; with an even count, the upper of the two in the middle. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/**
 * Microseconds of processor time of one call of each of two works, the median of `rounds`. The two take turns, so that
 * whatever else the machine does meanwhile costs both alike.
 */
export function compareCpu(
  works: readonly [() => void, () => void],
  { rounds = 15, roundMs = 150 }: { rounds?: number; roundMs?: number } = {},
): readonly [number, number] {
  const [ours, theirs] = works;
  const cost: [number[], number[]] = [[], []];
  const calls = [callsWithin(ours, roundMs), callsWithin(theirs, roundMs)] as const;
  for (let round = 0; round < rounds; round += 1) {
    cost[0].push(cpuUsPerCall(ours, calls[0]));
    cost[1].push(cpuUsPerCall(theirs, calls[1]));
  }
  return [median(cost[0]), median(cost[1])];
}

/** How many calls fill a round; finding out warms the work up. */
function callsWithin(work: () => void, roundMs: number): number {
  let calls = 16;
  while (cpuUsPerCall(work, calls) * calls < roundMs * 1000) calls *= 2;
  return calls;
}

function cpuUsPerCall(work: () => void, calls: number): number {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call += 1) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}
