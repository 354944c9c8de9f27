/** What `burnbook init` writes: every key with what it means, nothing that bills by itself. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const FILES: Readonly<Record<string, string>> = {
  'pipelines.yaml': `# What compute costs, and whose each pipeline is. Reloaded when it changes.
# Amounts are decimal US dollars in quotes. Without rates the compute of a batch is shown as unpriced, never as 0.
#
# computeRates:
#   cpuSecondUsd: "0.0000125"        # one second of one virtual CPU
#   memoryGbSecondUsd: "0.0000014"   # one gigabyte (1e9 bytes) for one second
#   source: "name of the price list, its address, date checked"
#
# pipelines:
#   - name: mail-etl                 # as the collectors name it
#     owner: data-platform
#     team: data
#     schedule:                      # when a batch is expected; an SLO of its deadline needs it
#       cron: "30 2 * * mon-fri"
#       timeZone: Europe/Berlin
#       deadline: 2h                 # so long after its nominal time it is late
#       holidays: [2026-12-25]       # days without a batch, or the name of a file with a day in each line
#     computeRates:                  # only where it differs from the above
#       cpuSecondUsd: "0.00001"
#       memoryGbSecondUsd: "0"
#       source: "our own cluster, 2026"
#     upstream: [mail-import]        # pipelines that it is fed from: their page explains its late batches
#
# retryWasteHigh:                    # fires when retries lost more than this share of a pipeline's spend of 24 h,
#   share: 0.1                       # and at least this amount
#   minUsd: "0.01"
#
# diskNearlyFull:                    # fires when less than this share of the disk of the data folder is free
#   ticketBelow: 0.1
#   pageBelow: 0.03
#
# backup:
#   folder: /var/backups/burnbook    # absolute; each backup is a folder in it
#   everyHours: 24
#   keep: 7
`,
  'prices.yaml': `# Prices that the built-in catalogue lacks or that a contract changes, in US dollars. A call is priced once, when it
# arrives, by what holds at its own time; a change here never touches what is stored (see burnbook reprice).
#
# prices:
#   - provider: openai
#     model: gpt-4o-mini*            # exact name, or a prefix with a star at its end; the narrower one goes first
#     tier: standard                 # standard (default), batch, flex, priority …
#     inputUsdPerMillion: "0.12"
#     outputUsdPerMillion: "0.48"
#     # one more for each class: cacheRead, cacheWrite, cacheWrite1h, reasoning, audioInput, audioCacheRead, audioOutput,
#     # imageInput, imageCacheRead, imageOutput
#     longContext:                   # prices of the whole call once its input is longer
#       - aboveTokens: 200000
#         inputUsdPerMillion: "0.24"
#     tiers: { batch: "0.5" }        # parts of this price; published ones hold for list prices alone
#     validFrom: 2026-01-01          # first day, UTC; may lie ahead
#     validTo: 2027-01-01            # first day without it
#     source: "contract 2026-17"
#     checkedOn: 2026-01-02
#
#   - provider: local                # a model of your own: by time, image or request
#     model: bge-small
#     gpuSecondUsd: "0.0004"         # of the call's duration, or of gen_ai.server.request.duration where it is told
#     gpus: 1                        # that a call occupies; likewise cpuSecondUsd with cpus, imageUsd, requestUsd
#     source: "our rack: price by three years, 2026"
#
# tiers:                             # what a tier costs of the standard price: a model's before a provider's before all
#   - tier: priority
#     provider: openai
#     multiplier: "1.75"
#     source: "contract 2026-17"
#
# aliases:                           # names that mean another provider or model
#   - provider: my-gateway
#     isProvider: openai
#   - provider: azure
#     model: my-deployment
#     isModel: gpt-4o
`,
  'budgets.yaml': `# How much may be spent on what, and when to tell. Spend is list cost: model calls and compute.
#
# budgets:
#   - id: mail-models
#     scope: { pipeline: mail-etl }  # or model, provider, team, environment, tag.x; several keys narrow; {} is everything;
#                                    # a value may end in a star
#     period: month                  # day | week | month | quarter | { rolling: 7d }
#     timeZone: Europe/Berlin        # UTC unless said; weeks start on Monday
#     # fiscalYearStart: 4           # month that quarters count from
#     amountUsd: "250.00"
#     hardLimit: false               # true: a reservation that does not fit is refused
#     thresholds: [50, 80, 100]      # percent; each alerts once a period
#     forecastOver: 100              # alert when the forecast is above so many percent; null: never
#     unpriced: deny                 # what a hard limit does with a model without a price: deny | allow
#     # from: 2026-01-01             # first and last day in force
#     # to: 2026-12-31
#     owner: data-platform
#     # runbook: CostBudgetBurningFast   # each alert has its own unless said
`,
  'slos/slos.yaml': `# What reliability is promised, in OpenSLO v1 (https://github.com/OpenSLO/OpenSLO). Any number of files and of objects in
# each, divided by ---. Templates for the usual cases are in docs/slo-templates. Without alertPolicies an SLO has four pairs of
# windows, derived from its period.
#
# apiVersion: openslo/v1
# kind: SLO
# metadata:
#   name: mail-attempts
#   annotations:
#     burnbook/runbook: RetryStorm   # the alert that it raises; ErrorBudgetBurn unless said
#     burnbook/owner: data-platform  # the pipeline's unless said
# spec:
#   service: mail-etl
#   budgetingMethod: Occurrences     # | Timeslices | RatioTimeslices
#   timeWindow: [{ duration: 28d, isRolling: true }]
#   indicator:
#     metadata: { name: attempts-ok }
#     spec:
#       ratioMetric:
#         counter: true
#         good:
#           metricSource:
#             type: burnbook
#             spec: { events: attempts, where: { pipeline: mail-etl, outcome: succeeded } }
#         total:
#           metricSource: { type: burnbook, spec: { events: attempts, where: { pipeline: mail-etl } } }
#   objectives: [{ target: 0.99 }]
`,
  'notify.yaml': `# Who is told of alerts. Secrets are in environment variables alone, named here by urlFrom and secretFrom. An address in a
# private network, or one without TLS, needs allowPrivate: true.
#
# publicUrl: https://burnbook.example.com   # where people reach this server: links in messages begin with it
# defaults:                           # of destinations that say nothing of it themselves
#   severities: [page, ticket]
#   ratePerMinute: 60
#   timeoutSeconds: 10
#   retry: { firstSeconds: 10, longestSeconds: 21600, giveUpHours: 72 }
#
# destinations:
#   - name: on-call
#     kind: pagerduty                # Events API v2
#     secretFrom: PAGERDUTY_KEY      # the integration's routing key
#     severities: [page]
#   - name: data-chat
#     kind: slack                    # incoming webhook
#     urlFrom: SLACK_WEBHOOK_URL
#     matchers: { pipeline: mail-* } # name, severity, owner, pipeline, slo, budget, model, provider …; all must match
#   - name: automation
#     kind: webhook                  # signed as Standard Webhooks says
#     url: https://automation.example.com/burnbook
#     secretFrom: WEBHOOK_SECRET     # whsec_…; two, separated by a space, while one is being changed
#   - name: bridge
#     kind: alertmanager             # whatever takes the webhook of Prometheus' Alertmanager
#     url: http://bridge:9095/
#     # secretFrom: BRIDGE_TOKEN     # bearer token
#     allowPrivate: true
#   - name: mail
#     kind: email
#     url: smtp://mail.example.com:587   # STARTTLS; smtps:// for TLS from the start
#     user: burnbook
#     secretFrom: SMTP_PASSWORD
#     from: burnbook@example.com
#     to: [on-call@example.com]
#
# escalateTo: on-call                # one name or several: told when nobody acknowledges a page
#
# heartbeat:                         # our own sign of life, to a watchdog elsewhere; it stops when we do
#   urlFrom: WATCHDOG_URL
#   everySeconds: 60
#
# heartbeats:                        # expected of others: POST /api/heartbeats/nightly-backup
#   - name: nightly-backup
#     everySeconds: 86400
#     graceSeconds: 3600
#     owner: data-platform
#     severity: page
`,
};

/** @returns a line a file: written or kept. */
export async function writeStarterConfig(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for (const [name, text] of Object.entries(FILES)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    try {
      await writeFile(file, text, { flag: 'wx' });
      lines.push(`wrote ${file}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      lines.push(`kept ${file}: it exists`);
    }
  }
  return lines;
}
