/** Words that tell names of secrets from names that only look like it. */

/** `useCredentials`, `has_secret`: a switch, or a question, about a secret. */
export const SWITCH_WORDS: readonly string[] = [
  "has",
  "is",
  "use",
  "with",
  "require",
  "requires",
  "allow",
  "enable",
  "no",
];

/** What machine learning, paging and compilers call a token. */
export const HARMLESS_TOKENS: readonly string[] = [
  "bos",
  "eos",
  "unk",
  "sep",
  "pad",
  "cls",
  "mask",
  "special",
  "start",
  "end",
  "stop",
  "begin",
  "image",
  "audio",
  "video",
  "vision",
  "text",
  "prompt",
  "input",
  "output",
  "completion",
  "reasoning",
  "cached",
  "new",
  "next",
  "prev",
  "previous",
  "page",
  "first",
  "last",
  "current",
  "max",
  "min",
  "num",
  "total",
  "per",
  "by",
  "eot",
  "eod",
  "prefix",
  "suffix",
  "middle",
  "continuation",
  "cancellation",
  "sync",
  "sequence",
  "skip",
  "publickey",
  "public_key",
  "nextpage",
  "nextsync",
  "automountserviceaccount",
  "automount_service_account",
  "unexpected",
  "invalid",
  "illegal",
];

/** `secret` in the names of calls and references: the value is the name of a secret. */
export const SECRET_REFERENCES: readonly string[] = [
  "get",
  "put",
  "list",
  "create",
  "update",
  "delete",
  "describe",
  "imagepull",
  "image_pull",
];

/** Endings that turn `password…` into a setting about passwords. */
export const PASSWORD_SETTINGS: readonly string[] = [
  "timeout",
  "_age",
  "length",
  "policy",
  "policies",
  "edat",
  "ed_at",
  "edon",
  "ed_on",
  "time",
  "date",
  "expiry",
  "expires",
  "expired",
  "expiration",
  "days",
  "reset",
  "resets",
  "count",
  "attempts",
  "retries",
  "variable",
  "label",
  "hint",
  "prompt",
  "placeholder",
  "required",
  "enabled",
  "disabled",
  "changed",
  "less",
  "rules",
  "strength",
  "score",
  "type",
  "format",
  "algorithm",
  "id",
  "name",
  "path",
  "file",
  "url",
  "uri",
  "endpoint",
  "ref",
  "status",
  "state",
  "manager",
  "protected",
  "history",
  "rotation",
  "encoder",
  "validators",
  "hashers",
  "grant",
  "protection",
  "authentication",
  "auth_method",
];

/** RE2 alternatives: what stands before `pass` where that is a password. */
export const PASS_OWNERS: string =
  "db|database|user|usr|smtp|mail|ftp|ssh|sql|mysql|pg|postgres|redis|rabbitmq|mongo|" +
  "ldap|admin|root|proxy|login|key|store|web|wifi|wpa|become|bind|sudo|vault|cert|pfx|p12|http|auth|client|" +
  "service|account|email|imap|pop3|jdbc|vpn|rdp|vnc";

/** RE2 alternatives: what stands before `key` where the key is a secret. */
export const KEY_OWNERS: string =
  "api|app|application|db|database|secret|private|access|auth|account|encryption|encrypt|decryption|crypt|signing|" +
  "signature|hmac|master|root|shared|storage|subscription|license|licence|deploy|service|server|webhook|" +
  "client|admin|consumer|wallet|session|cookie|cipher|aes|kms|tls|ssl|rsa|personal|global|wif|unseal|" +
  "recovery|vapid|functions|priv|pkcs8|ssh|pgp|gpg|host_?access|merchant|bot|" +
  // vendors whose keys are called after them
  "heroku|mailgun|sendgrid|twilio|stripe|datadog|newrelic|new_relic|openai|anthropic|cohere|mistral|wandb|" +
  "huggingface|algolia|cloudflare|mixpanel|amplitude|sentry|pagerduty|airtable|asana|firebase|fcm|azure|" +
  "aws|gcp|google|github|gitlab|slack|okta|rapidapi|shopify|paypal|braintree|plaid|square|adyen|zendesk|" +
  "intercom|hubspot|mailchimp|dropbox|supabase|pinecone|replicate|sonar|snyk|etherscan|infura|alchemy|" +
  "adafruit|adobe|alibaba|aliyun|artifactory|artif|atlassian|bamboo|bitbucket|bittrex|brevo|bugsnag|buildkite|" +
  "circleci|clickhouse|codecov|coinbase|confluent|contentful|coveralls|datarobot|deepgram|deepseek|digitalocean|" +
  "discord|docker|dockerhub|doppler|droneci|dynatrace|easypost|elevenlabs|etsy|facebook|fastly|figma|finicity|" +
  "finnhub|flickr|flutterwave|freshbooks|freshdesk|gitter|gocardless|grafana|groq|" +
  "honeycomb|infracost|jenkins|jfrog|jumpcloud|kraken|kucoin|lacework|langchain|langfuse|langsmith|" +
  "launchdarkly|linkedin|loggly|logzio|looker|mapbox|mattermost|maxmind|meraki|messagebird|moonshot|" +
  "netlify|nexmo|nuget|nvidia|nytimes|openrouter|opsgenie|papertrail|perplexity|pingdom|planetscale|" +
  "postmark|privateai|private_ai|pulumi|pushover|pypi|razorpay|recaptcha|rollbar|" +
  "runpod|salesforce|sendbird|sendinblue|sidekiq|softlayer|sourcegraph|sparkpost|splunk|squarespace|" +
  "sumo|sumologic|tavily|telegram|travisci|trello|twitch|twitter|typeform|vercel|vonage|" +
  "weatherapi|openweather|yandex|youtube";
