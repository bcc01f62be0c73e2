/** Secrets that say by their first letters what they are. */
export interface SecretFormat {
  readonly id: string;
  /** What its secrets begin with: one of these. */
  readonly prefixes: readonly string[];
  /** What follows, as a regular expression. Every quantifier has a bound or is the last. */
  readonly rest: string;
  /** Name of what must hold besides of the part that `rest` found, where no shared regular expression says it. */
  readonly where?: "not-hex" | "digit-and-capital";
}

/** How a phrase is known by which a secret is told; `phrases.ts` and the processor's `phrases.go` say the rest. */
export interface PhraseData {
  readonly rule: string;
  /** By what name its secrets go. */
  readonly id: string;
  /** One of these begins it; written small, found in any case. */
  readonly begins: readonly string[];
  /** From the beginning on, the secret in a group of that name; by hand where there is none. */
  readonly pattern?: string;
  /** What stands before; of at most 16 characters. */
  readonly before?: string;
}

/**
 * What the redactors in TypeScript and in Go have in common: the file `schemas/redaction.json`. Its regular expressions are in
 * the subset that RE2 and JavaScript (with the flag `u`) share.
 */
export interface RedactionData {
  readonly version: number;
  /** Where the formats come from, and their licence. */
  readonly source: string;
  readonly formats: { readonly gitleaks: readonly SecretFormat[]; readonly further: readonly SecretFormat[] };
  /** What the name before a value says of it; of the name in small letters, its words joined by `_`. */
  readonly keys: Readonly<Record<"password" | "header" | "place" | "id" | "credential", string>>;
  /** Of values behind such a name, in any case. */
  readonly values: {
    readonly placeholder: string;
    readonly rule: string;
    readonly scheme: string;
    /** What stands behind a scheme where there is no secret. */
    readonly unfilled: readonly string[];
    readonly cookie: string;
  };
  readonly looks: {
    /** The commonest pairs of letters, a space between. */
    readonly commonPairs: string;
    /** In any case. */
    readonly nameLike: string;
  };
  /** Attributes that are names out of a program, and what leaves instead where one isn't written as such. */
  readonly names: {
    readonly insteadOf: Readonly<Record<string, string>>;
    readonly charsMax: number;
    readonly classOrCode: string;
    readonly word: string;
  };
  readonly phrases: readonly PhraseData[];
}
