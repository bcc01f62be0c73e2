import type { IdentityKind } from "../../schemas/index.ts";
import type { HttpFetch } from "./http.ts";
import type { TokenVerifier } from "./verifier.ts";

/** How an identity became known, as `nhi.attribution.source` says it. */
export type AttributionSource =
  | "mtls_spiffe"
  | "jwt_verified"
  | "k8s_token"
  | "ci_oidc"
  | "cloud_sts"
  | "static_config"
  | "jwt_unverified"
  | "inferred"
  | "baggage";

/** What an identity showed. Nothing here is secret: the id names the credential and can't be used in its place. */
export interface Credential {
  /** `jti`, an access key id, a certificate's thumbprint, or a keyed reference. */
  readonly id: string;
  /** `oauth_at`, `x509_svid`, `jwt_svid`, `k8s_token`, `oidc_token`, `aws_sts`, `aws_static`, … */
  readonly type: string;
  readonly issuedAtMs?: number;
  readonly expiresAtMs?: number;
  /** Base64url SHA-256 of the key or certificate the credential is bound to (`cnf.jkt`, `x5t#S256`). */
  readonly thumbprint?: string;
}

/** Who this process acts as, and how much that is worth. */
export interface FoundIdentity {
  /** Canonical id: a SPIFFE id, `k8s:ns/sa`, `ci:host/repository/…`, an ARN, `agent:name`, `svc:ns/name`. */
  readonly id: string;
  readonly kind: IdentityKind;
  /** The person or team who answers for it. */
  readonly owner?: string;
  readonly source: AttributionSource;
  /** Whether a signature or a chain of trust was checked here. */
  readonly verified: boolean;
  readonly credential?: Credential;
  /** What else the source tells, by the names of the semantic conventions: `cicd.*`, `vcs.*`, `k8s.*`, `cloud.*`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** All that a source may look at. Tests bring their own; `aroundProcess` is the real one. */
export interface IdentityAround {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file's bytes; nothing where it is absent, unreadable or longer than `bytesMax`. */
  readonly readFile: (path: string, bytesMax: number) => Promise<Uint8Array | undefined>;
  readonly fetch: HttpFetch;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly verify: TokenVerifier;
  /** Keyed reference of a secret that has no id of its own; nothing without a key. */
  readonly reference?: (secret: string) => string | undefined;
}

/** What a source answers: an identity or none, and in either case a sentence that holds no secret. */
export interface Answer {
  readonly found?: FoundIdentity;
  readonly said: string;
}

/** One way to know who this process is. */
export interface IdentitySource {
  /** What `ANSWERABLE_IDENTITY_SOURCE` and `answerable doctor` call it. */
  readonly id: string;
  find(around: IdentityAround): Promise<Answer>;
}
