export interface Redactor {
  text(text: string): string;
  take(): number;
}
export const redactor = (_: object): Redactor => ({ text: (text) => text, take: () => 0 });
