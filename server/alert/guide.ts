/** What the runbooks say about an alert: where its runbook opens, filled for it, and what to do first. */
import type { StandingAlert } from '@burnbook/domain/alert/standingAlert';
import type { Runbooks } from '../runbook/loadRunbooks.js';
import { firstActionOf } from '../runbook/firstAction.js';
import { isPlaceholder } from '../runbook/placeholders.js';

/** Path of the runbook's page with all that the alert says of its place. */
export function runbookPathOf({ runbook, subject, alertId }: StandingAlert): string {
  const query = new URLSearchParams(placeOf({ subject, alertId }));
  return `/runbooks/${encodeURIComponent(runbook)}?${query.toString()}`;
}

/** @returns null where the runbook is not loaded. */
export function firstActionFor(runbooks: Runbooks, alert: StandingAlert): string | null {
  const runbook = runbooks.get(alert.runbook) ?? runbooks.get(alert.name);
  return runbook ? firstActionOf(runbook, placeOf(alert)) : null;
}

/** What of the alert's place a runbook knows to fill in. */
export const placeOf = ({
  subject,
  alertId,
}: Pick<StandingAlert, 'subject' | 'alertId'>): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...subject, alert: alertId }).filter(([name]) => isPlaceholder(name)),
  );
