/** How an alert stands: asked of the desk that every alert goes through. */
import type { AlertSource } from '@burnbook/domain/alert/alert';
import type { StandingAlert } from '@burnbook/domain/alert/standingAlert';
import { alertNames, type AlertName } from '@burnbook/domain/alertNames';
import { alertOf } from '../../alert/alertRows.js';
import type { Answer } from '../answer.js';
import type { AskedQuestion } from '../askedQuestion.js';
import { noFacts, type Facts } from '../checkFacts.js';

/** The worst one speaks for several. */
const WORST_FIRST = ['firing', 'frozen', 'pending', 'resolved'];
const SUBJECTS = [
  'pipeline',
  'slo',
  'budget',
  'provider',
  'model',
  'destination',
  'heartbeat',
] as const;

export const alertState: Answer = {
  facts: async (asked) => {
    const { desk } = asked.sources.alerting;
    const { alerts } = await desk.state();
    const id = asked.param('alert');
    const name = asked.param('name');
    if (id !== null) {
      const alert = alerts.get(id) ?? (await storedAlert(asked, id));
      return alert ? factsOf(asked, [alert]) : noFacts(`there is no alert ${JSON.stringify(id)}`);
    }
    if (!isAlertName(name)) return noFacts(`no alert is called ${JSON.stringify(name)}`);
    const found = [...alerts.values()].filter(
      (alert) => alert.name === name && isAbout(alert, asked),
    );
    return found.length > 0 ? factsOf(asked, found) : neverStood(asked, name);
  },
};

/** What an alert does not name it may be about. */
const isAbout = ({ subject }: StandingAlert, asked: AskedQuestion): boolean =>
  SUBJECTS.every((key) => {
    const wanted = asked.param(key);
    return wanted === null || subject[key] === undefined || subject[key] === wanted;
  });

function factsOf(asked: AskedQuestion, found: readonly StandingAlert[]): Facts {
  const [worst] = found.toSorted(
    (a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state),
  );
  if (!worst) return noFacts('there is no such alert');
  const evidence = incidentPath(worst);
  const heardNs = asked.sources.alerting.desk.heardNs(worst.name, worst.source);
  return heardNs === null
    ? noFacts('nothing has looked for it since the server started', evidence)
    : { answer: worst.state, factsNs: heardNs, evidence };
}

/** What never stood is not there, once somebody has looked for it. */
function neverStood(asked: AskedQuestion, name: AlertName): Facts {
  const { desk } = asked.sources.alerting;
  const heard = sourcesOf(name).map((source) => desk.heardNs(name, source));
  const oldest = heard.reduce((a, b) => (a === null || b === null ? null : a < b ? a : b));
  return oldest === null
    ? noFacts('nothing has looked for it since the server started', '/incidents')
    : { answer: 'resolved', factsNs: oldest, evidence: '/incidents' };
}

/** Who reports alerts of a name that no single rule owns. */
function sourcesOf(name: AlertName): readonly AlertSource[] {
  if (name.startsWith('CostBudget')) return ['budget'];
  if (name === 'TelemetryMissing') return ['occurrence', 'slo'];
  return name === 'BatchFailed' || name === 'BatchLateOrMissing' ? ['occurrence'] : ['slo'];
}

async function storedAlert(asked: AskedQuestion, id: string): Promise<StandingAlert | null> {
  const [row] = await asked.query('alert_by_id', { id });
  return row ? alertOf(row) : null;
}

const incidentPath = ({ incidentId }: StandingAlert): string =>
  incidentId === null ? '/incidents' : `/incidents/${encodeURIComponent(incidentId)}`;

const isAlertName = (name: string | null): name is AlertName =>
  (alertNames as readonly (string | null)[]).includes(name);
