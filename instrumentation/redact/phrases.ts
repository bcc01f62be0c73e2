import { looksGenerated } from "./entropy.ts";

/**
 * Secrets that are known by what stands before them, where that is no `key: value`. The part named `secret` ends the
 * match and is all that is replaced.
 */
export interface Phrase {
  readonly id: string;
  /** One of these begins the match; written small, found in any case. */
  readonly begins: readonly string[];
  /** From the beginning on. */
  readonly pattern: RegExp;
  /** What the secret has to look like besides. */
  readonly where?: (secret: string) => boolean;
}

const gap = String.raw`(?:\s|\\+[nrt]|["'+,>|])*`;
const pemBegin = String.raw`-----BEGIN[ +A-Z0-9_-]{0,100}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----`;
const pemHeaders = String.raw`(?:${gap}[A-Za-z-]{1,20}: [^\n\\]{0,80})*`;
const pemBody = String.raw`(?:${gap}[A-Za-z0-9+/=]{16,})+`;
const pemEnd = String.raw`(?:${gap}[A-Za-z0-9+/=]{0,15}${gap}(?:-----END[^-]{0,100}-----)?)`;

export const phrases: readonly Phrase[] = [
  {
    id: "private-key",
    begins: ["-----begin"],
    // Without its end where the text was cut: then as far as lines of base64 go.
    pattern: new RegExp(String.raw`(?<secret>${pemBegin}${pemHeaders}${pemBody}${pemEnd})`, "y"),
  },
  {
    id: "jwt",
    begins: ["eyj"],
    pattern: /(?<secret>eyJ[\w-]{10,600}(?:(?:\.[\w-]+){2,4}|\.eyJ[\w-]{6,}))/y,
  },
  {
    id: "bearer",
    begins: ["bearer", "apikey ", "token "],
    pattern: /(?:bearer|apikey|token)(?: +|%20|\+)(?:token=)?\\?["']?(?<secret>[\w.~+/-]{8,4096}={0,2})/iy,
    where: looksGenerated,
  },
  {
    id: "basic",
    begins: ["basic "],
    pattern: /basic +\\?["']?(?<secret>[A-Za-z0-9+/_-]{4,1024}={0,2})/iy,
    where: (secret) => /^[\x20-\x7e]*:[\x20-\x7e]*$/u.test(Buffer.from(secret, "base64").toString("latin1")),
  },
  {
    id: "password",
    begins: ["password ", "passwd ", "passphrase ", "passcode "],
    pattern:
      /pass(?:word|wd|phrase|code) +(?:(?:is|was|set to|of|to|for \S{1,64} is) +)?(?:[:=] *)?(?<secret>\\?'[^']{1,4096}'|\\?"[^"\\]{1,4096}\\?"|`[^`]{1,4096}`|[^\s"',;)<>]{6,4096})/iy,
    where: isQuotedOrHandMade,
  },
  {
    id: "password",
    begins: ["identified by", "identified with"],
    pattern:
      /identified (?:with [\w"']{1,64} )?(?:by|as) +(?:password +)?(?<secret>'[^']{1,4096}'|"[^"]{1,4096}"|[^\s;`]{1,4096})/iy,
    where: isQuotedOrHandMade,
  },
  {
    id: "password",
    begins: ["-u ", "--user "],
    pattern: /(?:-u|--user) +["']?[^\s:"']{1,128}:(?<secret>[^\s"']{1,4096})/y,
  },
  {
    id: "password",
    begins: ["thin:"],
    pattern: /thin:[^\s/@]{1,128}\/(?<secret>[^\s@]{1,256})(?=@)/y,
  },
  {
    id: "telegram-bot-api-token",
    begins: [":aa"],
    pattern: /(?<=\d{5,16}):(?<secret>A[\w-]{34})/y,
  },
  {
    id: "azure-client-secret",
    begins: ["q~"],
    pattern: /(?<=[\w~.]{3}\d)Q~(?<secret>[\w~.-]{31,34})/y,
  },
  {
    id: "slack-webhook",
    begins: ["hooks.slack.com/"],
    pattern:
      /hooks\.slack\.com\/(?:services|workflows|triggers)\/(?:T?\w{6,14}\/){0,3}(?<secret>[\w/+-]{16,})/y,
  },
  {
    id: "discord-webhook",
    begins: ["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"],
    pattern: /discord(?:app)?\.com\/api\/webhooks\/\d+\/(?<secret>[\w-]{40,})/y,
  },
  {
    id: "teams-webhook",
    begins: ["/incomingwebhook/"],
    pattern: /\/IncomingWebhook\/(?<secret>[\w/-]{32,})/y,
  },
  {
    id: "terraform-cloud-token",
    begins: [".atlasv1."],
    pattern: /\.atlasv1\.(?<secret>[\w=-]{60,70})/y,
  },
];

function isQuotedOrHandMade(secret: string): boolean {
  return /^\\?(?:'.*'|".*"|`.*`)$/u.test(secret) || isHandMade(secret.replace(/[.!?]+$/u, ""));
}

/** Words alone are a sentence going on: `password authentication failed`. */
export function isHandMade(secret: string): boolean {
  if (looksGenerated(secret)) return true;
  return (
    /[A-Za-z]/u.test(secret) &&
    /\d|[^\w\s./:-]/u.test(secret) &&
    !/^(?:\[redacted|\$\{|\{\{|%[sd])/u.test(secret)
  );
}
