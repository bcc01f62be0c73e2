/** What was seen of the app in a folder, before anybody says what it means. No token, key or value is in it. */
export interface Facts {
  readonly versions: Versions;
  /** Copies of @opentelemetry/api that the app can come to load. */
  readonly apiCopies: readonly ApiCopy[];
  /** Whether a span of the app's copy of the API is recorded; undefined where it has none. */
  readonly isTracing: boolean | undefined;
  readonly isOn: boolean;
  /** What was wrong with the settings, a sentence each. */
  readonly problems: readonly string[];
  readonly identity: SeenIdentity | undefined;
  /** Sources of identity that were asked, strongest first, and what they said. */
  readonly tried: readonly { readonly id: string; readonly said: string }[];
  readonly exporter: { readonly kind: "otlp" | "console" | "other"; readonly to: string };
  readonly probe: Probe | undefined;
  readonly libraries: readonly Library[];
}

export interface Versions {
  readonly node: string;
  /** Of the copy that the app loads; undefined where it has none. */
  readonly answerable: string | undefined;
  /** Of the app's copy. */
  readonly api: string | undefined;
  /** Packages of OpenTelemetry's SDK that the app has. */
  readonly sdk: readonly { readonly name: string; readonly version: string }[];
}

export interface ApiCopy {
  readonly version: string;
  /** Relative to the app's folder. */
  readonly folder: string;
}

export interface SeenIdentity {
  readonly id: string;
  readonly kind: string;
  /** How it is known: `nhi.attribution.source`. */
  readonly source: string;
}

/** What became of one span that was sent to see whether it arrives. */
export interface Probe {
  /** Whether the receiver took it. */
  readonly isTaken: boolean;
  /** What the receiver, or the way to it, said against it. */
  readonly trouble: string | undefined;
  readonly asked: Asked;
  /** Spans that this process dropped for want of room. */
  readonly dropped: number;
}

/** What the receiver says of the span when it is asked: it has it, has it not, and why nobody knows. */
export type Asked =
  | { readonly answer: "stored"; readonly missing: number; readonly gaps: number }
  | { readonly answer: "not_stored" | "no_answerable" | "not_allowed" | "not_asked" };

/** A library that one of our wrappers is for. */
export interface Library {
  readonly wrapper: string;
  readonly name: string;
  /** Undefined for what belongs to Node. */
  readonly version: string | undefined;
  readonly state: "patched" | "listening" | "unpatched" | "not_loadable";
}
