import type { Learning } from "../detector/learn/learning.ts";
import type { Around } from "./around.ts";
import type { RecordedLog } from "./log.ts";
import type { CharacterWatch } from "./character.ts";
import { Outcome } from "./outcome.ts";
import { pass } from "./pass.ts";
import type { Audience } from "./pass-store.ts";

/** A way to learn. */
export interface Row {
  readonly name: string;
  /** What it adds to the name of a file. */
  readonly suffix: string;
  readonly learning: Learning;
}

const forever = Number.POSITIVE_INFINITY;

/** What comes before an instant is accepted, and then nothing is learned; and as a service runs, which goes on learning. */
export function rowsOf(learnUntilMs: number | undefined): readonly [Row, ...Row[]] {
  if (learnUntilMs === undefined)
    return [
      {
        name: "nothing accepted, learning goes on",
        suffix: "",
        learning: { acceptedUntilUs: 0, frozenFromUs: forever },
      },
    ];
  const acceptedUntilUs = learnUntilMs * 1000;
  return [
    { name: "learning ends", suffix: "", learning: { acceptedUntilUs, frozenFromUs: acceptedUntilUs } },
    { name: "learning goes on", suffix: ".live", learning: { acceptedUntilUs, frozenFromUs: forever } },
  ];
}

/** What to pass a log with. */
export interface Asked {
  readonly learning: Learning;
  readonly off: readonly string[];
  /** What is shown while it lasts. */
  readonly text: string;
  readonly audience?: Audience;
  readonly watch?: CharacterWatch;
}

/** One pass over a log, with what it said. */
export async function judged(
  log: RecordedLog,
  { learning, off, text, audience, watch }: Asked,
  around: Around,
): Promise<Outcome> {
  const { config, signal, progress, tell, elapsedMs } = around;
  const startedMs = elapsedMs();
  const outcome = new Outcome(log);
  const total = log.records.length;
  await pass(log, audience === undefined ? outcome : together(outcome, audience), {
    config,
    learning,
    off,
    ...(watch && { watch: (detectors) => watch.watched(detectors) }),
    signal,
    onProgress: (done) => progress.update({ done, total, text }),
  });
  progress.clear();
  const { actions, findings, deadLetters } = outcome;
  const ms = elapsedMs() - startedMs;
  const each = ((1000 * ms) / Math.max(1, actions)).toFixed(1);
  const lost = deadLetters === 0 ? "" : `, ${String(deadLetters)} dead letters`;
  tell(
    `${text}: ${String(actions)} actions, ${String(findings.length)} findings${lost}; ${(ms / 1000).toFixed(1)} s, ${each} us an action`,
  );
  return outcome;
}

function together(...all: readonly Audience[]): Audience {
  return {
    action: (shown) => {
      for (const one of all) one.action(shown);
    },
    finding: (finding) => {
      for (const one of all) one.finding(finding);
    },
    deadLetter: (letter) => {
      for (const one of all) one.deadLetter(letter);
    },
  };
}
