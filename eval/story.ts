import { instantText, plain } from "../detector/cli/text.ts";
import type { Finding } from "../schemas/index.ts";
import type { Label } from "./labels.ts";
import type { RecordedLog } from "./log.ts";
import { placeOf } from "./outcome.ts";
import type { Audience, Shown } from "./pass-store.ts";

interface Told {
  readonly id: string;
  readonly seq: number;
  readonly text: string;
  readonly signals: readonly string[];
}

/** Follows one run through a pass, to tell its story. */
export class Story implements Audience {
  readonly #log: RecordedLog;
  readonly #run: string;
  readonly #told: Told[] = [];
  readonly #findings: Finding[] = [];
  #identity = "";

  constructor(log: RecordedLog, run: string) {
    this.#log = log;
    this.#run = run;
  }

  get isEmpty(): boolean {
    return this.#told.length === 0;
  }

  action(shown: Shown): void {
    const { run, seq } = placeOf(this.#log, shown);
    if (run !== this.#run) return;
    const { view, id, score, signals } = shown;
    this.#identity = view.identityId;
    const resources = view.resources.map(({ id: name, kind, origin }) =>
      plain(`${kind} ${name}${origin === "" ? "" : ` (${origin})`}`),
    );
    const what = [
      view.kind,
      plain(view.operation),
      view.mutating ? "changes" : "",
      view.isOk ? "" : view.status,
    ];
    const inside = ["nhi.args.instructed", "nhi.args.copied", "nhi.args.given", "nhi.action.asked"].flatMap(
      (name) => {
        const value = view.attribute(name);
        return value === undefined ? [] : [plain(`${name.slice(4)} ${value}`)];
      },
    );
    const said = [what.filter(Boolean).join(" "), ...resources, ...inside].join(" · ");
    const bits = score > 0 ? `${score.toFixed(1)} bits` : "";
    const at = instantText(view.startedAtUs);
    this.#told.push({ id, seq, signals, text: `${at}  ${bits.padStart(10)}  ${said}` });
  }

  finding(finding: Finding): void {
    const ids = new Set(this.#told.map(({ id }) => id));
    if (finding.actionIds.some((id) => ids.has(id))) this.#findings.push(finding);
  }

  deadLetter(): void {
    // A run's story is of its actions.
  }

  text(label?: Label): string {
    const truth =
      label === undefined
        ? ""
        : `, ${label.phase}, ${label.label_run}, attacking: ${label.attack_seqs.join(", ") || "none"}`;
    const lines = [`run ${plain(this.#run)} of ${plain(this.#identity)}${truth}`];
    for (const { id, seq, text, signals } of this.#told) {
      const mark = label?.attack_seqs.includes(seq) === true ? "!" : " ";
      lines.push(`${mark} ${String(seq).padStart(3)}  ${text}`);
      for (const signal of signals) lines.push(`        noted ${plain(signal)}`);
      for (const finding of this.#findings.filter(({ actionIds }) => actionIds[0] === id))
        lines.push(...this.#findingLines(finding));
    }
    return `${lines.join("\n")}\n`;
  }

  #findingLines(finding: Finding): readonly string[] {
    const { severity, rule, title, why, actionIds, hint, evidence } = finding;
    const seqs = actionIds.flatMap((id) => this.#told.find((one) => one.id === id)?.seq ?? []);
    return [
      `        ${severity.toUpperCase()} ${rule}: ${plain(title)}`,
      `          cites ${seqs.join(", ")}; rests on ${evidence.join(", ")}${hint === "" ? "" : `; looks like ${hint}`}`,
      ...Object.entries(why).map(([name, value]) => `          ${name.padEnd(16)} ${plain(String(value))}`),
    ];
  }
}
