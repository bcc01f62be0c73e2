/* oxlint-disable max-lines -- a list */
import type { RedactionData } from "./data-shape.ts";

/** Generated from schemas/redaction.json by `npm run generate`; change that one. It holds the licence of the formats too. */
export const data: RedactionData = {
  version: 1,
  source:
    "formats.gitleaks is taken over from gitleaks v8.30.1, config/gitleaks.toml (MIT License, Copyright (c) 2019 Zachary Rice, https://github.com/gitleaks/gitleaks): of its rules those whose match begins with a fixed text, with one id where several rules share a shape, and lengths loosened. formats.further is from the vendors' own documentation of how their secrets begin. All else is Answerable's own.",
  formats: {
    gitleaks: [
      {
        id: "1password-secret-key",
        prefixes: ["A3-"],
        rest: "[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}",
      },
      {
        id: "1password-service-account-token",
        prefixes: ["ops_eyJ"],
        rest: "[A-Za-z0-9+/]{250,}={0,3}",
      },
      {
        id: "adobe-client-secret",
        prefixes: ["p8e-"],
        rest: "[A-Za-z0-9]{32}",
      },
      {
        id: "age-secret-key",
        prefixes: ["AGE-SECRET-KEY-1"],
        rest: "[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
      },
      {
        id: "airtable-personal-access-token",
        prefixes: ["pat"],
        rest: "[A-Za-z0-9]{14}\\.[a-f0-9]{64}",
      },
      {
        id: "anthropic-api-key",
        prefixes: ["sk-ant-"],
        rest: "[a-z]{3,10}\\d\\d-[\\w-]{80,}",
      },
      {
        id: "artifactory-api-key",
        prefixes: ["AKCp"],
        rest: "[A-Za-z0-9]{69}",
      },
      {
        id: "artifactory-reference-token",
        prefixes: ["cmVmd"],
        rest: "[A-Za-z0-9]{59}",
      },
      {
        id: "atlassian-api-token",
        prefixes: ["ATATT3", "ATCTT3"],
        rest: "[\\w=-]{180,}",
      },
      {
        id: "aws-bedrock-api-key",
        prefixes: ["ABSK"],
        rest: "[A-Za-z0-9+/]{109,269}={0,2}",
      },
      {
        id: "aws-bedrock-session-key",
        prefixes: ["bedrock-api-key-"],
        rest: "[A-Za-z0-9+/=]{40,}",
      },
      {
        id: "clickhouse-cloud-api-secret-key",
        prefixes: ["4b1d"],
        rest: "[A-Za-z0-9]{38}",
        where: "not-hex",
      },
      {
        id: "clojars-api-token",
        prefixes: ["CLOJARS_"],
        rest: "[a-z0-9]{60}",
      },
      {
        id: "cloudflare-origin-ca-key",
        prefixes: ["v1.0-"],
        rest: "[a-f0-9]{24}-[a-f0-9]{146}",
      },
      {
        id: "databricks-api-token",
        prefixes: ["dapi"],
        rest: "[a-f0-9]{32}(?:-\\d)?",
      },
      {
        id: "defined-networking-api-token",
        prefixes: ["dnkey-"],
        rest: "[\\w=-]{26}-[\\w=-]{52}",
      },
      {
        id: "digitalocean-token",
        prefixes: ["doo_v1_", "dop_v1_", "dor_v1_"],
        rest: "[a-f0-9]{64}",
      },
      {
        id: "doppler-api-token",
        prefixes: ["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."],
        rest: "[\\w.-]{40,}",
      },
      {
        id: "duffel-api-token",
        prefixes: ["duffel_test_", "duffel_live_"],
        rest: "[\\w=-]{43}",
      },
      {
        id: "dynatrace-api-token",
        prefixes: ["dt0c01.", "dt0s16."],
        rest: "[A-Z0-9]{24}\\.[A-Z0-9]{64}",
      },
      {
        id: "easypost-api-token",
        prefixes: ["EZAK", "EZTK"],
        rest: "[A-Za-z0-9]{54}",
      },
      {
        id: "facebook-page-access-token",
        prefixes: ["EAAM", "EAAC"],
        rest: "[A-Za-z0-9]{100,}",
      },
      {
        id: "flutterwave-secret-key",
        prefixes: ["FLWSECK_TEST-", "FLWSECK-"],
        rest: "[a-h0-9]{12,32}(?:-X)?",
      },
      {
        id: "flyio-access-token",
        prefixes: ["fo1_", "fm1a_", "fm1r_", "fm2_"],
        rest: "[\\w+/-]{43,}={0,3}",
      },
      {
        id: "frameio-api-token",
        prefixes: ["fio-u-"],
        rest: "[\\w=-]{64}",
      },
      {
        id: "gcp-api-key",
        prefixes: ["AIza"],
        rest: "[\\w-]{35}",
      },
      {
        id: "github-fine-grained-pat",
        prefixes: ["github_pat_"],
        rest: "\\w{82}",
      },
      {
        id: "github-token",
        prefixes: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        rest: "[0-9a-zA-Z]{36}",
      },
      {
        id: "gitlab-cicd-job-token",
        prefixes: ["glcbt-"],
        rest: "[0-9a-zA-Z]{1,5}_[\\w-]{20,}",
      },
      {
        id: "gitlab-runner-registration-token",
        prefixes: ["GR1348941"],
        rest: "[\\w-]{20}",
      },
      {
        id: "gitlab-token",
        prefixes: [
          "glpat-",
          "gldt-",
          "glffct-",
          "glft-",
          "glimt-",
          "glagent-",
          "gloas-",
          "glptt-",
          "glrt-",
          "glrtr-",
          "glsoat-",
        ],
        rest: "[\\w-]{20,300}(?:\\.[0-9a-z]{9,11})?",
      },
      {
        id: "grafana-api-key",
        prefixes: ["eyJrIjoi"],
        rest: "[A-Za-z0-9]{70,400}={0,3}",
      },
      {
        id: "grafana-cloud-api-token",
        prefixes: ["glc_"],
        rest: "[A-Za-z0-9+/]{32,400}={0,3}",
      },
      {
        id: "grafana-service-account-token",
        prefixes: ["glsa_"],
        rest: "[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}",
      },
      {
        id: "harness-api-key",
        prefixes: ["pat.", "sat."],
        rest: "[\\w-]{22}\\.[a-zA-Z0-9]{24}\\.[a-zA-Z0-9]{20}",
      },
      {
        id: "heroku-api-key",
        prefixes: ["HRKU-AA"],
        rest: "[\\w-]{58}",
      },
      {
        id: "huggingface-access-token",
        prefixes: ["hf_", "api_org_"],
        rest: "[A-Za-z]{34}",
      },
      {
        id: "infracost-api-token",
        prefixes: ["ico-"],
        rest: "[a-zA-Z0-9]{32}",
      },
      {
        id: "intra42-client-secret",
        prefixes: ["s-s4t2ud-", "s-s4t2af-"],
        rest: "[a-f0-9]{64}",
      },
      {
        id: "linear-api-key",
        prefixes: ["lin_api_"],
        rest: "[A-Za-z0-9]{40}",
      },
      {
        id: "new-relic-key",
        prefixes: ["NRJS-", "NRII-", "NRAK-"],
        rest: "[A-Za-z0-9-]{19,32}",
      },
      {
        id: "notion-api-token",
        prefixes: ["ntn_"],
        rest: "[0-9]{11}[A-Za-z0-9]{35}",
      },
      {
        id: "npm-access-token",
        prefixes: ["npm_"],
        rest: "[A-Za-z0-9]{36}",
      },
      {
        id: "octopus-deploy-api-key",
        prefixes: ["API-"],
        rest: "[A-Z0-9]{26}",
      },
      {
        id: "openai-api-key",
        prefixes: ["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"],
        rest: "[\\w-]{40,200}",
      },
      {
        id: "openai-legacy-api-key",
        prefixes: ["sk-"],
        rest: "[a-zA-Z0-9]{20}T3BlbkFJ[a-zA-Z0-9]{20}",
      },
      {
        id: "openshift-user-token",
        prefixes: ["sha256~"],
        rest: "[\\w-]{43}",
      },
      {
        id: "perplexity-api-key",
        prefixes: ["pplx-"],
        rest: "[a-zA-Z0-9]{48}",
      },
      {
        id: "plaid-access-token",
        prefixes: ["access-sandbox-", "access-development-", "access-production-"],
        rest: "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
      },
      {
        id: "planetscale-credential",
        prefixes: ["pscale_tkn_", "pscale_oauth_", "pscale_pw_"],
        rest: "[\\w=.-]{32,64}",
      },
      {
        id: "postman-api-token",
        prefixes: ["PMAK-"],
        rest: "[A-Fa-f0-9]{24}-[A-Fa-f0-9]{34}",
      },
      {
        id: "prefect-api-token",
        prefixes: ["pnu_"],
        rest: "[a-zA-Z0-9]{36}",
      },
      {
        id: "pulumi-api-token",
        prefixes: ["pul-"],
        rest: "[a-f0-9]{40}",
      },
      {
        id: "pypi-upload-token",
        prefixes: ["pypi-AgEIcHlwaS5vcmc"],
        rest: "[\\w-]{50,1000}",
      },
      {
        id: "readme-api-token",
        prefixes: ["rdme_"],
        rest: "[a-z0-9]{70}",
      },
      {
        id: "rubygems-api-token",
        prefixes: ["rubygems_"],
        rest: "[a-f0-9]{48}",
      },
      {
        id: "scalingo-api-token",
        prefixes: ["tk-us-"],
        rest: "[\\w-]{48}",
      },
      {
        id: "sendgrid-api-token",
        prefixes: ["SG."],
        rest: "[\\w=.-]{66}",
      },
      {
        id: "sendinblue-api-token",
        prefixes: ["xkeysib-"],
        rest: "[a-f0-9]{64}-[A-Za-z0-9]{16}",
      },
      {
        id: "sentry-token",
        prefixes: ["sntrys_", "sntryu_"],
        rest: "[\\w+/=]{64,500}",
      },
      {
        id: "settlemint-access-token",
        prefixes: ["sm_aat_", "sm_pat_", "sm_sat_"],
        rest: "[a-zA-Z0-9]{16}",
      },
      {
        id: "shippo-api-token",
        prefixes: ["shippo_live_", "shippo_test_"],
        rest: "[a-fA-F0-9]{40}",
      },
      {
        id: "shopify-token",
        prefixes: ["shpat_", "shpca_", "shppa_", "shpss_"],
        rest: "[a-fA-F0-9]{32}",
      },
      {
        id: "slack-app-token",
        prefixes: ["xapp-"],
        rest: "\\d-[A-Z0-9]+-\\d+-[a-z0-9]+",
      },
      {
        id: "slack-token",
        prefixes: [
          "xoxb-",
          "xoxp-",
          "xoxa-",
          "xoxr-",
          "xoxo-",
          "xoxs-",
          "xoxe-",
          "xoxe.xoxb-",
          "xoxe.xoxp-",
          "xoxc-",
          "xoxd-",
        ],
        rest: "(?:[\\w/+=-]|%(?:2[BF]|3D)){18,250}",
      },
      {
        id: "sonar-api-token",
        prefixes: ["squ_", "sqp_", "sqa_"],
        rest: "[a-f0-9]{40}",
      },
      {
        id: "sourcegraph-access-token",
        prefixes: ["sgp_"],
        rest: "(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}",
      },
      {
        id: "square-access-token",
        prefixes: ["sq0atp-", "sq0csp-", "EAAA"],
        rest: "[\\w-]{22,60}",
      },
      {
        id: "stripe-access-token",
        prefixes: ["sk_test_", "sk_live_", "sk_prod_", "rk_test_", "rk_live_", "rk_prod_"],
        rest: "[a-zA-Z0-9]{10,99}",
      },
      {
        id: "typeform-api-token",
        prefixes: ["tfp_"],
        rest: "[\\w.=-]{59}",
      },
      {
        id: "vault-batch-token",
        prefixes: ["hvb.", "hvr."],
        rest: "[\\w-]{90,300}",
      },
      {
        id: "vault-legacy-token",
        prefixes: ["s."],
        rest: "[A-Za-z0-9]{24}",
        where: "digit-and-capital",
      },
      {
        id: "vault-service-token",
        prefixes: ["hvs."],
        rest: "[\\w-]{24,120}",
      },
      {
        id: "yandex-api-key",
        prefixes: ["AQVN"],
        rest: "[\\w-]{35,38}",
      },
    ],
    further: [
      {
        id: "aws-session-token",
        prefixes: ["IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz"],
        rest: "[A-Za-z0-9+/]{80,}={0,2}",
      },
      {
        id: "bitbucket-app-password",
        prefixes: ["ATBB"],
        rest: "[A-Za-z0-9]{28,36}",
      },
      {
        id: "docker-access-token",
        prefixes: ["dckr_pat_", "dckr_oat_"],
        rest: "[\\w-]{27,}",
      },
      {
        id: "figma-access-token",
        prefixes: ["figd_", "figo_"],
        rest: "[\\w-]{36,}",
      },
      {
        id: "google-oauth-access-token",
        prefixes: ["ya29."],
        rest: "[\\w-]{20,}",
      },
      {
        id: "google-oauth-client-secret",
        prefixes: ["GOCSPX-"],
        rest: "[\\w-]{28}",
      },
      {
        id: "google-oauth-refresh-token",
        prefixes: ["1//0"],
        rest: "[\\w-]{40,}",
      },
      {
        id: "groq-api-key",
        prefixes: ["gsk_"],
        rest: "[A-Za-z0-9]{48,}",
      },
      {
        id: "langfuse-secret-key",
        prefixes: ["sk-lf-"],
        rest: "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
      },
      {
        id: "langsmith-api-key",
        prefixes: ["lsv2_pt_", "lsv2_sk_"],
        rest: "[a-f0-9]{32}_[a-f0-9]{10}",
      },
      {
        id: "nvidia-api-key",
        prefixes: ["nvapi-"],
        rest: "[\\w-]{60,}",
      },
      {
        id: "openrouter-api-key",
        prefixes: ["sk-or-v1-"],
        rest: "[a-f0-9]{64}",
      },
      {
        id: "pinecone-api-key",
        prefixes: ["pcsk_"],
        rest: "[A-Za-z0-9_]{50,}",
      },
      {
        id: "posthog-api-key",
        prefixes: ["phx_", "phs_"],
        rest: "[A-Za-z0-9]{40,}",
      },
      {
        id: "replicate-api-token",
        prefixes: ["r8_"],
        rest: "[A-Za-z0-9]{37}",
      },
      {
        id: "supabase-secret-key",
        prefixes: ["sbp_", "sb_secret_"],
        rest: "[\\w-]{30,}",
      },
      {
        id: "tavily-api-key",
        prefixes: ["tvly-"],
        rest: "[\\w-]{32,}",
      },
      {
        id: "webhook-signing-secret",
        prefixes: ["whsec_"],
        rest: "[A-Za-z0-9+/=]{24,}",
      },
      {
        id: "xai-api-key",
        prefixes: ["xai-"],
        rest: "[A-Za-z0-9]{70,}",
      },
    ],
  },
  keys: {
    password:
      "(?:password|passwd|passphrase|passcode|(?:^|_)(?:pwd|pass|pw|psk|pin))(?:_?(?:\\d|new|old|value|text|plain|confirm|confirmation|again))?$",
    header: "(?:^|_)(?:(?:proxy_)?authorization|(?:set_)?cookie2?)$",
    place:
      "(?:next|page|paging|pagination|continuation|continue|sync|cursor|resume|resumption|client|client_request|request|idempotency|cancellation|cancel|input|output|max|stop|eos|bos|pad|lock|fencing|change|delta|skip|scroll|start|sequence|partition|progress|unexpected|dedup|deduplication)_?token$",
    id: "(?:^|_)(?:digest|hash|checksum|etag|fingerprint|integrity|cursor|version|uid|uuid|guid|md5|sha\\d*|cid|revision|commit|traceparent|tracestate|baggage|(?:(?:request|version|message|response|call|session|conversation|trace|span|correlation|transaction|cluster|instance|container|image|run|job|build|event|upload|file|document|operation|extended_request|host|pod|device|revision|commit|thread|checkpoint|invocation|execution|stack|workflow|task|change|key|access_key|item|object|folder|drive|calendar|channel|user|account|credential|grant|identity|principal|approval)_?id|amz_id_2|amz_cf_id)s?)$",
    credential:
      "(?:secret|token|credentials?|creds|signature|jwt|(?:api|access|account|secret|private|auth|encryption|signing|shared|master|service|role|session|license|app|application|client|consumer|deploy|ssh|webhook|integration|function|functions|admin|storage|hmac|aes|service_role|subscription)_?key|(?:^|_)(?:sig|auth|otp|bearer|sas|dsn|hmac|x_api|apikey))(?:_?(?:\\d|new|old|value|text|plain|confirm|confirmation|again))?$",
  },
  values: {
    placeholder:
      "^(?:|null|nil|none|undefined|true|false|yes|no|string|required|optional|hidden|masked|n/a|\\?|\\$\\d+|:\\w+|%s|[*•x.-]+|\\$?\\{\\{?[^}]*\\}?\\}|\\$\\([^)]*\\)|<[^>]*>?|%\\([^)]*\\)s|\\[(?:redacted|filtered|removed|masked|hidden)[^\\]]*\\]?|redacted|__redacted__|hmac-sha256:[0-9a-f]{16}|\\(.*|[\\w.$]{1,64}\\(.*)$",
    rule: "^(?:is|are|was|must|cannot|can't|required|should|needs?|not|invalid|too|at least|at most|may|does|do|has|have|incorrect|wrong|expired|missing|field|minimum|length)\\b.* ",
    scheme: "^(?:bearer|basic|token|digest|apikey|negotiate|ntlm|signature|oauth|hawk|aws4-hmac-sha256)\\s+",
    unfilled: ["${", "{{", "<", "[redacted"],
    cookie: "^[\\w.%-]+=[^\\s=>]",
  },
  looks: {
    commonPairs:
      "ab ac ad ag ai al am an ap ar as at au ax ay ba be bl bo bu ca ce ch ci ck cl co cr ct cu da dd de di do ds ea ec ed ee ef eg el em en ep eq er es et ev ex fa fe ff fi fo ga ge gg gi gr ha he hi ho ht ia ib ic id ie if ig il im in io ip is it iv iz ke la ld le li ll lo ls lt lu ly ma me mi mo mp ms na nc nd ne nf ng ni nn no ns nt ob oc od of og ok ol om on oo op or os ot ou ov ow pa pe pi pl po pp pr pt qu ra rc rd re ri rm ro rp rr rs rt ru rv ry sa sc se sh si sm so sp ss st su ta tc te th ti tl to tp tr ts tt tu ty uc ue ul um un ur us ut va ve vi we wi xp xt",
    nameLike:
      "^(?:[a-z][a-z0-9+.-]{1,20}://|arn:|spiffe:|urn:|hmac-sha256:|sha\\d{1,3}:|\\[redacted|\\$\\{|\\$\\(|\\{\\{|<|%[sdv]|~?/[a-z]{2,}/|\\.{1,2}/|[A-Z]:\\\\|A(?:KIA|SIA|ROA|IDA)[A-Z0-9]{16,20}$|\\*+$|\\.{3,}$|x{3,}$|null$|undefined$|true$|false$)",
  },
  names: {
    insteadOf: {
      "error.type": "_OTHER",
      "nhi.args.name": "[redacted:name]",
      "nhi.args.instructed": "[redacted:name]",
    },
    charsMax: 100,
    classOrCode: "^[A-Z]\\w*(?:Error|Exception|Fault|Failure)$|^NoSuch(?:[A-Z][a-z]+){1,4}$|^.{1,7}$",
    word: "^(?:[\\p{L}_$@][\\p{L}\\p{N}_$@.:/[\\]-]*|\\d{1,5}|[0-9A-Z]{5})?$",
  },
  phrases: [
    {
      rule: "private-key",
      id: "private-key",
      begins: ["-----begin"],
    },
    {
      rule: "jwt",
      id: "jwt",
      begins: ["eyj"],
    },
    {
      rule: "bearer",
      id: "bearer",
      begins: ["bearer", "apikey ", "token "],
    },
    {
      rule: "basic",
      id: "basic",
      begins: ["basic "],
    },
    {
      rule: "password-told",
      id: "password",
      begins: ["password ", "passwd ", "passphrase ", "passcode "],
    },
    {
      rule: "identified-by",
      id: "password",
      begins: ["identified by", "identified with"],
    },
    {
      rule: "user-flag",
      id: "password",
      begins: ["-u ", "--user "],
    },
    {
      rule: "oracle-thin",
      id: "password",
      begins: ["thin:"],
    },
    {
      rule: "telegram",
      id: "telegram-bot-api-token",
      begins: [":aa"],
      before: "\\d{5}",
      pattern: ":(?<secret>A[\\w-]{34})",
    },
    {
      rule: "azure",
      id: "azure-client-secret",
      begins: ["q~"],
      before: "[\\w~.]{3}\\d",
      pattern: "Q~(?<secret>[\\w~.-]{31,34})",
    },
    {
      rule: "slack-webhook",
      id: "slack-webhook",
      begins: ["hooks.slack.com/"],
      pattern:
        "hooks\\.slack\\.com/(?:services|workflows|triggers)/(?:T?\\w{6,14}/){0,3}(?<secret>[\\w/+-]{16,})",
    },
    {
      rule: "discord-webhook",
      id: "discord-webhook",
      begins: ["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"],
      pattern: "discord(?:app)?\\.com/api/webhooks/\\d+/(?<secret>[\\w-]{40,})",
    },
    {
      rule: "teams-webhook",
      id: "teams-webhook",
      begins: ["/incomingwebhook/"],
      pattern: "/IncomingWebhook/(?<secret>[\\w/-]{32,})",
    },
    {
      rule: "terraform-cloud",
      id: "terraform-cloud-token",
      begins: [".atlasv1."],
      pattern: "\\.atlasv1\\.(?<secret>[\\w=-]{60,70})",
    },
  ],
};
