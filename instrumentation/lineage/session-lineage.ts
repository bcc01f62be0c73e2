export type Origin = "prompt" | "system" | `tool:${string}` | "none";
export interface Assessment {
  readonly args: readonly { readonly name: string; readonly origin: Origin; readonly instructed: boolean }[];
  readonly copiedShare: number;
  readonly promptedShare: number;
  readonly asked: boolean;
}
export interface SessionLineage {
  prompt(text: string): void;
  system(text: string): void;
  output(operation: string, value: unknown): void;
  assess(operation: string, args: unknown): Assessment;
  originOf(value: unknown): Origin;
}
export class LineageBook {
  session(_id: string): SessionLineage {
    throw new Error();
  }
  known(_id: string): SessionLineage | undefined {
    return undefined;
  }
}
