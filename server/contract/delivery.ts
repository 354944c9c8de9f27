/** Messages to the world: what they say, where they go, and what became of them. */
import { z } from 'zod';
import { NOTIFY_KINDS } from '@burnbook/domain/notify/notifyEvent';
import { DESTINATION_KINDS } from '@burnbook/domain/notify/notifySettings';
import { alertStateSchema, severitySchema } from './alert.js';
import { count, freshnessSchema, listOf, time, usd } from './common.js';

/** What a message says, in the neutral form that every destination's own is made of; `data` of a webhook. */
export const messageSchema = z.object({
  kind: z.enum(NOTIFY_KINDS),
  /** When the alert changed so. */
  at: time,
  /** The same for everything that is told of one alert. */
  dedupKey: z.string(),
  /** Why it reminds, who acknowledged. */
  note: z.string().nullable(),
  alert: z.object({
    id: z.string(),
    name: z.string(),
    subject: z.record(z.string(), z.string()),
    severity: severitySchema,
    state: alertStateSchema,
    summary: z.string(),
    owner: z.string().nullable(),
    /** Address of the runbook, filled for this alert. */
    runbook: z.string(),
    firstAction: z.string().nullable(),
    startedAt: time,
    firedAt: time.nullable(),
    resolvedAt: time.nullable(),
    reason: z.string().nullable(),
    /** Share of the budget that is left; signed. */
    budgetLeft: z.number().nullable(),
    emptyAt: time.nullable(),
    secondsToEmpty: z.number().nullable(),
    stakeUsd: usd.nullable(),
    figures: z.record(z.string(), z.string()),
  }),
  /** `url`: a page to read; what it offers to do, it asks a person first. */
  incident: z.object({ id: z.string(), title: z.string(), url: z.string() }).nullable(),
});
export type Message = z.infer<typeof messageSchema>;

export const deliveryStateSchema = z.enum([
  'pending',
  'delivered',
  'dead',
  'superseded',
  'disabled',
]);
/** `/api/deliveries?state=&destination=`: messages of the outbox, the newest first. */
export const deliverySchema = z.object({
  id: z.string(),
  destination: z.string(),
  kind: z.string(),
  alertId: z.string().nullable(),
  incidentId: z.string().nullable(),
  state: deliveryStateSchema,
  attempts: count,
  createdAt: time,
  nextAt: time.nullable(),
  settledAt: time.nullable(),
  lastStatus: z.number().int().nullable(),
  lastError: z.string().nullable(),
  summary: z.string(),
});
export type Delivery = z.infer<typeof deliverySchema>;
export const deliveriesSchema = listOf(deliverySchema).extend(freshnessSchema.shape);
export type Deliveries = z.infer<typeof deliveriesSchema>;
/** `POST /api/deliveries/{id}/replay`, `POST /api/destinations/{name}/test`: the message that is sent now. */
export const deliveryAnswerSchema = z.object({ delivery: deliverySchema });

/** `/api/destinations`: without any secret. */
export const destinationSchema = z.object({
  name: z.string(),
  kind: z.enum(DESTINATION_KINDS),
  /** Host only. */
  to: z.string(),
  severities: z.array(severitySchema),
  /** Nobody is woken by it: a game day tells nobody else. */
  isTest: z.boolean(),
  enabled: z.boolean(),
  disabledReason: z.string().nullable(),
  pending: count,
  dead: count,
  lastDeliveredAt: time.nullable(),
});
export type Destination = z.infer<typeof destinationSchema>;
export const destinationsSchema = freshnessSchema.extend({
  items: z.array(destinationSchema),
  escalateTo: z.array(z.string()),
  /** Whether an outgoing heartbeat is set, and how it went; a banner stands until it is. */
  heartbeat: z.object({
    configured: z.boolean(),
    lastSentAt: time.nullable(),
    lastError: z.string().nullable(),
  }),
});
export type Destinations = z.infer<typeof destinationsSchema>;
/** `POST /api/destinations/{name}/enable`, `…/disable` */
export const switchSchema = z.strictObject({ reason: z.string().trim().min(3).max(500) });
export const switchedSchema = z.object({ name: z.string(), enabled: z.boolean() });

/** `GET /api/heartbeats`: signs of life that are expected from others. */
const heartbeatSchema = z.object({
  name: z.string(),
  owner: z.string().nullable(),
  severity: severitySchema,
  everySeconds: count,
  graceSeconds: count,
  lastAt: time.nullable(),
  /** When it is missed, if nothing comes before. */
  dueAt: time,
  missed: z.boolean(),
});
export const heartbeatsSchema = z.object({ items: z.array(heartbeatSchema) });
export type Heartbeats = z.infer<typeof heartbeatsSchema>;
/** `POST /api/heartbeats/{name}` */
export const beatSchema = z.object({ name: z.string(), at: time });
