import type { Curve } from "../svg.ts";
import type { Figures } from "./figures.ts";
import type { Measures } from "./measures.ts";

/** What a part of the report came to. */
export interface Made {
  readonly text: string;
  /** What the summary needs of it. */
  readonly slices?: Figures["slices"];
  readonly cloud?: Figures["cloud"];
}

/** A part of the report, which can be measured by itself. */
export interface Part {
  readonly name: string;
  /** `picture` draws curves beside the report, and gives what shows them. */
  make(
    measures: Measures,
    picture: (name: string, title: string, curves: readonly Curve[]) => string,
  ): Promise<Made>;
}
