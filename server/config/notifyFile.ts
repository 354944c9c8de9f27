/** `notify.yaml`: who is told of alerts, and by whom this server is watched. Secrets come from the environment alone. */
import { z } from 'zod';
import {
  DESTINATION_KINDS,
  LABELS,
  RETRY_PERIODS,
  type Destination,
  type EmailDestination,
  type NotifySettings,
  type RetryPeriods,
} from '@burnbook/domain/notify/notifySettings';
import { Secret } from '@burnbook/domain/notify/secret';
import { isPrivateHost } from '../net/publicAddress.js';

/** The value of a variable of the environment, undefined where it is not set. */
export type Environment = (name: string) => string | undefined;

const DESTINATIONS_MAX = 50;
const HEARTBEATS_MAX = 200;
const TEXT_LENGTH_MAX = 256;
const RECIPIENTS_MAX = 50;
const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';
const SIGNING_BYTES_MIN = 24;
const SIGNING_BYTES_MAX = 64;

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be letters, digits and . _ - (at most 100)');
const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable');
const text = z.string().min(1).max(TEXT_LENGTH_MAX);
const url = z.string().min(1).max(2_048);
const severity = z.enum(['page', 'ticket'], { error: 'must be page or ticket' });
const severities = z.array(severity).min(1, 'name at least one: page, ticket');
const ratePerMinute = z.number().min(1).max(6_000);
const timeoutSeconds = z.number().min(1).max(60);
const retry = z
  .strictObject({
    firstSeconds: z.number().min(1).max(3_600).optional(),
    longestSeconds: z.number().min(10).max(86_400).optional(),
    giveUpHours: z.number().min(1).max(720).optional(),
  })
  .optional();
const seconds = (min: number, max: number) => z.number().int().min(min).max(max);
const address = z
  .string()
  .max(320)
  .regex(
    /^[^\s@<>,;"]+@[^\s@<>,;"]+$/,
    'must be a plain e-mail address, such as on-call@example.com',
  );

const matchers = z.record(z.string(), text).superRefine((labels, context) => {
  for (const [key, value] of Object.entries(labels)) {
    if (!(LABELS as readonly string[]).includes(key)) {
      const message = `there is no label ${JSON.stringify(key)}; there are ${LABELS.join(', ')}`;
      context.addIssue({ code: 'custom', path: [key], message });
    } else if (value.slice(0, -1).includes('*')) {
      const message = 'a star may only stand at the end of a value';
      context.addIssue({ code: 'custom', path: [key], message });
    }
  }
});

const destinationEntry = z.strictObject({
  name,
  kind: z.enum(DESTINATION_KINDS, { error: `must be one of ${DESTINATION_KINDS.join(', ')}` }),
  url: url.optional(),
  urlFrom: variable.optional(),
  secretFrom: variable.optional(),
  severities: severities.optional(),
  matchers: matchers.default({}),
  ratePerMinute: ratePerMinute.optional(),
  timeoutSeconds: timeoutSeconds.optional(),
  retry,
  allowPrivate: z.boolean().default(false),
  /** Nobody is woken by it: a game day may use it. */
  test: z.boolean().default(false),
  user: text.optional(),
  from: address.optional(),
  to: z.array(address).min(1).max(RECIPIENTS_MAX).optional(),
});
type DestinationEntry = z.infer<typeof destinationEntry>;

const entries = z.strictObject({
  publicUrl: url.optional(),
  defaults: z
    .strictObject({
      severities: severities.optional(),
      ratePerMinute: ratePerMinute.optional(),
      timeoutSeconds: timeoutSeconds.optional(),
      retry,
    })
    .default({}),
  destinations: z.array(destinationEntry).max(DESTINATIONS_MAX).nullish(),
  escalateTo: z.union([name.transform((one) => [one]), z.array(name)]).default([]),
  heartbeat: z
    .strictObject({
      url: url.optional(),
      urlFrom: variable.optional(),
      everySeconds: seconds(10, 86_400).default(60),
      allowPrivate: z.boolean().default(false),
    })
    .optional(),
  heartbeats: z
    .array(
      z.strictObject({
        name,
        everySeconds: seconds(10, 400 * 86_400),
        graceSeconds: seconds(0, 400 * 86_400).default(60),
        owner: text.nullable().default(null),
        severity: severity.default('page'),
      }),
    )
    .max(HEARTBEATS_MAX)
    .nullish(),
});
type Entries = z.infer<typeof entries>;

/** Where a fault stands, and what it is. */
type Fault = (path: (string | number)[], message: string) => void;

/** The file's schema; what it reads has the secrets in it, hidden. */
export function notifySchema(environment: Environment): z.ZodType<NotifySettings> {
  return entries.transform((file, context): NotifySettings => {
    let faults = 0;
    const settings = settle(file, environment, (path, message) => {
      faults++;
      context.addIssue({ code: 'custom', path, message });
    });
    return faults === 0 ? settings : z.NEVER;
  });
}

function settle(file: Entries, environment: Environment, fault: Fault): NotifySettings {
  const destinations = (file.destinations ?? []).map((entry, index) =>
    destinationOf({ entry, defaults: file.defaults, environment }, (path, message) =>
      fault(['destinations', index, ...path], message),
    ),
  );
  const heartbeats = file.heartbeats ?? [];
  refuseTwice(destinations, (index, message) => fault(['destinations', index, 'name'], message));
  refuseTwice(heartbeats, (index, message) => fault(['heartbeats', index, 'name'], message));
  file.escalateTo.forEach((each) => {
    if (!destinations.some((there) => there.name === each)) {
      fault(['escalateTo'], `there is no destination ${each}`);
    }
  });
  if (destinations.length > 0 && file.publicUrl === undefined) {
    fault(['publicUrl'], 'is needed: the address at which people reach this server, for links');
  }
  const { heartbeat } = file;
  return {
    publicUrl: file.publicUrl === undefined ? null : publicUrlOf(file.publicUrl, fault),
    destinations,
    escalateTo: file.escalateTo,
    heartbeat: heartbeat
      ? {
          url: httpUrl(heartbeat, environment, (path, message) =>
            fault(['heartbeat', ...path], message),
          ),
          everySeconds: heartbeat.everySeconds,
          allowPrivate: heartbeat.allowPrivate,
        }
      : null,
    heartbeats,
  };
}

function destinationOf(
  {
    entry,
    defaults,
    environment,
  }: { entry: DestinationEntry; defaults: Entries['defaults']; environment: Environment },
  fault: Fault,
): Destination {
  const common = {
    name: entry.name,
    severities: entry.severities ?? defaults.severities ?? (['page', 'ticket'] as const),
    matchers: entry.matchers,
    ratePerMinute: entry.ratePerMinute ?? defaults.ratePerMinute ?? 60,
    timeoutMs: (entry.timeoutSeconds ?? defaults.timeoutSeconds ?? 10) * 1_000,
    retry: retryOf({ ...defaults.retry, ...entry.retry }, fault),
    allowPrivate: entry.allowPrivate,
    isTest: entry.test,
    secret:
      entry.secretFrom === undefined
        ? null
        : variableOf({ variable: entry.secretFrom, environment }, (message) =>
            fault(['secretFrom'], message),
          ),
  };
  if (entry.kind === 'email') return emailOf({ entry, common, environment }, fault);
  for (const key of ['user', 'from', 'to'] as const) {
    if (entry[key] !== undefined) fault([key], 'is for e-mail alone');
  }
  if (entry.kind === 'slack' && entry.secretFrom !== undefined) {
    fault(['secretFrom'], 'Slack has no secret but its address: write urlFrom');
  }
  if (entry.kind === 'webhook' || entry.kind === 'pagerduty') {
    const needed =
      entry.kind === 'webhook'
        ? 'with which messages are signed (whsec_…)'
        : "with the integration's routing key";
    if (entry.secretFrom === undefined) fault(['secretFrom'], `names the variable ${needed}`);
  }
  if (entry.kind === 'webhook' && common.secret) checkSigningSecret(entry, common.secret, fault);
  const said =
    entry.kind === 'pagerduty' && entry.url === undefined && entry.urlFrom === undefined
      ? { ...entry, url: PAGERDUTY_URL }
      : entry;
  return { ...common, kind: entry.kind, url: httpUrl(said, environment, fault) };
}

/** What is said, each in its bounds, must suit the rest, which may be a default. */
function retryOf(said: NonNullable<DestinationEntry['retry']>, fault: Fault): RetryPeriods {
  const { firstMs, longestMs, giveUpMs } = RETRY_PERIODS;
  const periods = {
    firstMs: said.firstSeconds === undefined ? firstMs : said.firstSeconds * 1_000,
    longestMs: said.longestSeconds === undefined ? longestMs : said.longestSeconds * 1_000,
    giveUpMs: said.giveUpHours === undefined ? giveUpMs : said.giveUpHours * 3_600_000,
  };
  if (periods.longestMs < periods.firstMs) {
    const message = `longestSeconds (${periods.longestMs / 1_000}) is shorter than firstSeconds (${periods.firstMs / 1_000})`;
    fault(['retry'], message);
  }
  if (periods.giveUpMs < periods.longestMs) {
    const message = `giveUpHours (${periods.giveUpMs / 3_600_000}) is shorter than longestSeconds (${periods.longestMs / 1_000})`;
    fault(['retry'], message);
  }
  return periods;
}

function emailOf(
  {
    entry,
    common,
    environment,
  }: {
    entry: DestinationEntry;
    common: Omit<EmailDestination, 'kind' | 'url' | 'user' | 'from' | 'to'>;
    environment: Environment;
  },
  fault: Fault,
): Destination {
  if (entry.from === undefined) fault(['from'], 'is needed: the address that mails come from');
  if (entry.to === undefined) fault(['to'], 'is needed: a list of addresses');
  if ((entry.user === undefined) !== (entry.secretFrom === undefined)) {
    fault(['user'], 'user and secretFrom (the password) go together');
  }
  const wanted = 'must be smtp://host:587 (STARTTLS) or smtps://host:465';
  return {
    ...common,
    kind: 'email',
    url: addressOf({ said: entry, environment, protocols: ['smtp:', 'smtps:'], wanted }, fault),
    user: entry.user ?? null,
    from: entry.from ?? '',
    to: entry.to ?? [],
  };
}

interface SaidUrl {
  readonly url?: string | undefined;
  readonly urlFrom?: string | undefined;
  readonly allowPrivate: boolean;
}

function httpUrl(said: SaidUrl, environment: Environment, fault: Fault): Secret {
  const protocols = said.allowPrivate ? ['https:', 'http:'] : ['https:'];
  const wanted = said.allowPrivate
    ? 'must be an address with http:// or https://'
    : 'must be an address with https:// (http:// needs allowPrivate: true)';
  return addressOf({ said, environment, protocols, wanted }, fault);
}

/** Faults name the variable, never what is in it. */
function addressOf(
  {
    said,
    environment,
    protocols,
    wanted,
  }: {
    said: SaidUrl;
    environment: Environment;
    protocols: readonly string[];
    wanted: string;
  },
  fault: Fault,
): Secret {
  const nothing = new Secret('');
  if ((said.url === undefined) === (said.urlFrom === undefined)) {
    fault([], 'needs either url or urlFrom');
    return nothing;
  }
  const key = said.url === undefined ? 'urlFrom' : 'url';
  const from = said.urlFrom === undefined ? '' : `what ${said.urlFrom} holds `;
  const secret =
    said.urlFrom === undefined
      ? new Secret(said.url ?? '')
      : variableOf({ variable: said.urlFrom, environment }, (message) => fault([key], message));
  if (secret === null) return nothing;
  const parsed = parsedUrl(secret.reveal());
  if (!parsed || !protocols.includes(parsed.protocol) || parsed.hostname === '') {
    fault([key], `${from}${wanted}`);
    return nothing;
  }
  if (said.url !== undefined && (parsed.username !== '' || parsed.password !== '')) {
    fault([key], 'holds a name or password: put the address into the environment, with urlFrom');
  }
  if (!said.allowPrivate && isPrivateHost(parsed.hostname)) {
    fault([key], `${from}lies in a private network: only with allowPrivate: true`);
  }
  return secret;
}

function checkSigningSecret(entry: DestinationEntry, secret: Secret, fault: Fault): void {
  const isOne = (each: string) => {
    const match = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(each);
    const bytes = match ? Buffer.from(match[1] ?? '', 'base64').length : 0;
    return bytes >= SIGNING_BYTES_MIN && bytes <= SIGNING_BYTES_MAX;
  };
  if (secret.reveal().split(' ').every(isOne)) return;
  fault(
    ['secretFrom'],
    `${entry.secretFrom} must hold whsec_ and base64 of ${SIGNING_BYTES_MIN} to ${SIGNING_BYTES_MAX} bytes; several are separated by a space`,
  );
}

function variableOf(
  { variable: said, environment }: { variable: string; environment: Environment },
  fault: (message: string) => void,
): Secret | null {
  const value = environment(said)?.trim();
  if (value) return new Secret(value);
  fault(`the environment variable ${said} is not set`);
  return null;
}

function publicUrlOf(said: string, fault: Fault): string | null {
  const parsed = parsedUrl(said);
  if (parsed && /^https?:$/.test(parsed.protocol) && parsed.username === '') {
    return `${parsed.origin}${parsed.pathname.replace(/\/$/, '')}`;
  }
  fault(['publicUrl'], 'must be an address, such as https://burnbook.example.com');
  return null;
}

const parsedUrl = (said: string): URL | null => (URL.canParse(said) ? new URL(said) : null);

function refuseTwice(
  things: readonly { readonly name: string }[],
  fault: (index: number, message: string) => void,
): void {
  const names = things.map((thing) => thing.name);
  names.forEach((each, index) => {
    if (names.indexOf(each) !== index) fault(index, `${each} stands here twice`);
  });
}
