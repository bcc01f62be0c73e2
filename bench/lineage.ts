import { LineageBook } from "../instrumentation/lineage/index.ts";
import { type Area, compareCpu, type Figure } from "./figure.ts";

const noteTargetUs = 2_000;
const assessTargetUs = 100;
const textChars = 10_000;
const outputs = 30;

const common =
  "the of to and a in is it you that he was for on are with as at be this from or had by not".split(" ");

/** Mail-like text: half common words, half rare ones, now and then an address, a number, a new line. */
function text(seed: number): string {
  const words: string[] = [];
  let chars = 0;
  for (let state = seed; chars < textChars;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    const draw = state >>> 8;
    const rare = `w${(draw >> 5).toString(36)}`;
    const word =
      draw % 2 === 0 ? common[draw % common.length]! : draw % 61 === 1 ? `${rare}@mail.example` : rare;
    words.push(draw % 13 === 0 ? `${word}.\n` : draw % 97 === 3 ? "1,234.50" : word);
    chars += word.length + 1;
  }
  return words.join(" ").slice(0, textChars);
}

/** What lineage costs the host: noting a tool's output, assessing a call. Each beside its target. */
export const lineage: Area = {
  area: "lineage",
  run(progress) {
    const texts = Array.from({ length: 512 }, (_, at) => text(at + 1));
    let noted = 0;
    let book = new LineageBook();
    const note = (): void => {
      // Sessions of 32 outputs; the texts come again in a new book, as one that is held is not noted twice.
      if (noted % texts.length === 0) book = new LineageBook();
      book.session(`run-${noted >> 5}`).output("read_mail", texts[noted % texts.length]);
      noted += 1;
    };
    const session = new LineageBook().session("run");
    session.prompt("Please send the invoice to ada@example.org and pay 1,234.50 EUR");
    for (let at = 0; at < outputs; at += 1) session.output(`tool_${at % 5}`, texts[at]);
    const held = texts[3]!.split(" ");
    const args = {
      to: "ada@example.org",
      amount: 1_234.5,
      subject: held[100],
      url: "https://www.nowhere.example/path/x",
      id: "47110815",
    };
    const body = texts[7]!.slice(100, 1_500);
    const [noteUs, assessUs] = compareCpu([note, () => void session.assess("send_mail", args)]);
    const [proseUs] = compareCpu([
      () => void session.assess("send_mail", { ...args, body }),
      () => undefined,
    ]);
    progress(
      `lineage: ${textChars} characters a text; ${outputs} such texts behind a call of ${Object.keys(args).length} arguments`,
    );
    return Promise.resolve([
      figure("lineage-note-10-kB", noteUs, noteTargetUs),
      figure("lineage-assess-5-arguments", assessUs, assessTargetUs),
      figure("lineage-assess-with-1,400-chars-of-prose", proseUs, 10 * assessTargetUs),
    ]);
  },
};

function figure(name: string, value: number, target: number): Figure {
  return { name, value, unit: "µs of CPU", peer: "the target", peerValue: target, ratio: target / value };
}
