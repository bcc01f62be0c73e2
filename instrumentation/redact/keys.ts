/**
 * What the name before a value says of it. `password`: any value is secret. `credential`: a value that looks generated
 * is. `header`: the whole of it is, whatever its parts are. `id`: it is a name for something, however random it looks.
 */
export type KeyMeaning = "password" | "credential" | "header" | "id" | "nothing";

const end = String.raw`(?:_?(?:\d|new|old|value|text|plain|confirm|confirmation|again))?$`;
const password = new RegExp(
  String.raw`(?:password|passwd|passphrase|passcode|(?:^|_)(?:pwd|pass|pw|psk|pin))${end}`,
  "u",
);
const header = /(?:^|_)(?:(?:proxy_)?authorization|(?:set_)?cookie2?)$/u;
/** Tokens that say where to go on, or which request this is; whoever knows one can do nothing with it. */
const place =
  /(?:next|page|paging|pagination|continuation|continue|sync|cursor|resume|resumption|client|client_request|request|idempotency|cancellation|cancel|input|output|max|stop|eos|bos|pad|lock|fencing|change|delta|skip|scroll|start|sequence|partition|progress|unexpected|dedup|deduplication)_?token$/u;
const keyed =
  "api|access|account|secret|private|auth|encryption|signing|shared|master|service|role|session|license|app|application|client|consumer|deploy|ssh|webhook|integration|function|functions|admin|storage|hmac|aes|service_role|subscription";
const credential = new RegExp(
  String.raw`(?:secret|token|credentials?|creds|signature|jwt|(?:${keyed})_?key|(?:^|_)(?:sig|auth|otp|bearer|sas|dsn|hmac|x_api|apikey))${end}`,
  "u",
);
const id =
  /(?:^|_)(?:digest|hash|checksum|etag|fingerprint|integrity|cursor|version|uid|uuid|guid|md5|sha\d*|cid|revision|commit|traceparent|tracestate|baggage|(?:(?:request|version|message|response|call|session|conversation|trace|span|correlation|transaction|cluster|instance|container|image|run|job|build|event|upload|file|document|operation|extended_request|host|pod|device|revision|commit|thread|checkpoint|invocation|execution|stack|workflow|task|change|key|access_key|item|object|folder|drive|calendar|channel|user|account|credential|grant|identity|principal|approval)_?id|amz_id_2|amz_cf_id)s?)$/u;

/** Keys come again and again, so the answer is kept; made-up ones can't fill the memory. */
const keptMax = 2_000;
const keyCharsMax = 64;
const kept = new Map<string, KeyMeaning>();

/**
 * @example
 * meaningOf("DB_PASSWORD"); // "password"
 * meaningOf("x-api-key"); // "credential"
 * meaningOf("next_token"); // "id"
 */
export function meaningOf(key: string): KeyMeaning {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const meaning = judge(key.slice(-keyCharsMax));
  if (key.length > keyCharsMax) return meaning;
  if (kept.size >= keptMax) kept.clear();
  kept.set(key, meaning);
  return meaning;
}

function judge(key: string): KeyMeaning {
  const words = key
    .replaceAll(/([a-z0-9])([A-Z])/gu, "$1_$2")
    .replaceAll(/[-\s.]/gu, "_")
    .toLowerCase();
  if (password.test(words)) return "password";
  if (header.test(words)) return "header";
  if (place.test(words) || id.test(words)) return "id";
  return credential.test(words) ? "credential" : "nothing";
}
