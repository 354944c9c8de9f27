/** An event in the neutral form that every destination's own is made of. */
import { formatUsd } from '@burnbook/domain/money';
import type { NotifyEvent } from '@burnbook/domain/notify/notifyEvent';
import { formatTime, NS_PER_SECOND } from '@burnbook/domain/time';
import type { Message } from '../contract/delivery.js';

/** Longer texts are cut: a message has to fit everywhere. */
const TEXT_LENGTH_MAX = 2_000;
const FIGURES_MAX = 40;

export function messageBody(
  { kind, alert, incident, atNs, note, runbookPath, firstAction }: NotifyEvent,
  { dedupKey, publicUrl }: { readonly dedupKey: string; readonly publicUrl: string | null },
): Message {
  const base = publicUrl ?? '';
  const { budgetLeft, emptyAtNs, stakeNano, figures = {} } = alert.details;
  return {
    kind,
    at: formatTime(atNs),
    dedupKey,
    note: note === null ? null : cut(note),
    alert: {
      id: alert.alertId,
      name: alert.name,
      subject: { ...alert.subject },
      severity: alert.severity,
      state: alert.state,
      summary: cut(alert.summary),
      owner: alert.owner,
      runbook: `${base}${runbookPath}`,
      firstAction: firstAction === null ? null : cut(firstAction),
      startedAt: formatTime(alert.startedNs),
      firedAt: timeOf(alert.firedNs),
      resolvedAt: timeOf(alert.resolvedNs),
      reason: alert.reason === null ? null : cut(alert.reason),
      budgetLeft: budgetLeft ?? null,
      emptyAt: timeOf(emptyAtNs),
      secondsToEmpty:
        emptyAtNs === undefined ? null : Math.max(0, Number((emptyAtNs - atNs) / NS_PER_SECOND)),
      stakeUsd: stakeNano === undefined ? null : formatUsd(stakeNano),
      figures: Object.fromEntries(
        Object.entries(figures)
          .slice(0, FIGURES_MAX)
          .map(([name, value]) => [name, cut(value)]),
      ),
    },
    incident: incident && {
      id: incident.incidentId,
      title: cut(incident.title),
      url: `${base}/incidents/${encodeURIComponent(incident.incidentId)}`,
    },
  };
}

const timeOf = (ns: bigint | null | undefined): string | null =>
  ns === null || ns === undefined ? null : formatTime(ns);

const cut = (text: string): string =>
  text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX - 1).toWellFormed()}…`;
