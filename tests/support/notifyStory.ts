/** Messages of alerts for tests of their delivery: settings as a file says them, events, what the API tells of them. */
import type { NotifyAlert, NotifyEvent } from '../../domain/notify/notifyEvent.js';
import type { NotifySettings } from '../../domain/notify/notifySettings.js';
import { notifySchema } from '../../server/config/notifyFile.js';
import { parseYaml } from '../../server/config/yamlFile.js';
import { deliveriesSchema, type Delivery } from '../../server/contract.js';
import { messagesFor } from '../../server/notify/routing.js';
import type { OutboxRow } from '../../server/store/commands/outbox.js';
import type { TestServer } from './testServer.js';

export const SIGNING_SECRET = `whsec_${Buffer.from('thirty-two bytes, not one fewer!').toString('base64')}`;

/** The settings of a file; every variable that it names holds what `environment` says. */
export const settingsOf = (
  yaml: string,
  environment: Readonly<Record<string, string>> = { HOOK_SECRET: SIGNING_SECRET },
): NotifySettings =>
  parseYaml(
    'notify.yaml',
    `publicUrl: https://burnbook.example.com\n${yaml}`,
    notifySchema((name) => environment[name]),
  );

/** A webhook at a local receiver. */
export const hook = (name: string, url: string, more = ''): string =>
  `  - { name: ${name}, kind: webhook, url: "${url}", secretFrom: HOOK_SECRET, allowPrivate: true${more} }\n`;

export const event = (
  kind: NotifyEvent['kind'],
  {
    atNs,
    alert = {},
    ...more
  }: { readonly atNs: bigint; readonly alert?: Partial<NotifyAlert> } & Partial<
    Omit<NotifyEvent, 'alert'>
  >,
): NotifyEvent => ({
  kind,
  atNs,
  incident: { incidentId: 'inc-1', title: 'mail-etl is late', escalatedNs: null },
  note: null,
  runbookPath: '/runbooks/RetryStorm?pipeline=mail-etl',
  firstAction: 'Look at the provider.',
  ...more,
  alert: {
    alertId: 'alert-1',
    name: 'RetryStorm',
    subject: { pipeline: 'mail-etl' },
    severity: 'page',
    told: null,
    state: kind === 'resolved' ? 'resolved' : 'firing',
    summary: 'mail-etl retries 2.4 times as often as it succeeds.',
    details: {
      budgetLeft: -0.125,
      emptyAtNs: atNs + 7_200_000_000_000n,
      stakeNano: 12_340_000_000n,
      figures: { 'attempts per operation': '2.4' },
    },
    owner: 'data-platform',
    startedNs: atNs - 600_000_000_000n,
    firedNs: atNs,
    resolvedNs: kind === 'resolved' ? atNs : null,
    reason: null,
    ...alert,
  },
});

/** Writes what the event says to the outbox, as the alert desk does, and tells the notifier. */
export async function tell(
  server: TestServer,
  settings: NotifySettings,
  told: NotifyEvent,
): Promise<OutboxRow[]> {
  const messages = messagesFor(settings, told);
  await server.running.store.command('queueMessages', messages);
  server.running.notifier.touched();
  return messages;
}

export const deliveries = async (server: TestServer, query = ''): Promise<Delivery[]> =>
  (await server.get(`/api/deliveries${query}`, deliveriesSchema)).items;

/** Asks until the message stands so. */
export async function until(
  server: TestServer,
  messageId: string,
  wanted: (delivery: Delivery) => boolean,
): Promise<Delivery> {
  for (let waitMs = 5; ; waitMs = Math.min(2 * waitMs, 80)) {
    const found = (await deliveries(server, '?limit=500')).find(({ id }) => id === messageId);
    if (found && wanted(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}
