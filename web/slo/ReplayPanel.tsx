import { useState } from 'preact/hooks';
import type { Problem, Replay, SloDetail } from '../../server/contract.js';
import { refusalOf } from '../api/refusalOf.js';
import { sendJson } from '../api/sendJson.js';
import { actor } from '../form/actor.js';
import { Field } from '../form/Field.js';
import { t } from '../i18n/t.js';
import type { Interval } from '../url/range.js';
import type { View } from '../url/useView.js';
import { ReplayResult } from './ReplayResult.js';

const DAYS_MAX = 92;
const DAY_MS = 86_400_000;
const YAML_MAX = 65_536;

/** Runs a proposed definition over stored history and shows beside the standing one what it would have told. */
export function ReplayPanel({ detail, view }: { detail: SloDetail; view: View }) {
  const { yaml: present, schedule: presentSchedule } = detail.definition;
  const [yaml, setYaml] = useState(present);
  const [schedule, setSchedule] = useState(presentSchedule);
  const [running, setRunning] = useState(false);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const [result, setResult] = useState<{ replay: Replay; range: Interval } | null>(null);

  const run = async (event: SubmitEvent) => {
    event.preventDefault();
    setRunning(true);
    setRefusal(null);
    const range = replayRange(view.interval(), new Date());
    try {
      const replay = await sendJson<Replay>('/api/slos/replay', {
        method: 'POST',
        actor: actor.value,
        body: {
          yaml,
          slo: detail.slo.name,
          // As it was at each time, unless another one is proposed.
          ...(schedule === presentSchedule ? {} : { schedule }),
          from: range.from.toISOString(),
          to: range.to.toISOString(),
        },
      });
      setResult({ replay, range });
    } catch (error) {
      setRefusal(refusalOf(error));
    } finally {
      setRunning(false);
    }
  };
  return (
    <section class="panel" id="replay" aria-label={t('replay.title')}>
      <header class="panel-head">
        <h2>{t('replay.title')}</h2>
      </header>
      <form class="budget-form" onSubmit={(event) => void run(event)}>
        <p class="panel-lead">{t('replay.lead')}</p>
        <Field label={t('replay.yaml')} wrong={refusal?.field === 'schedule' ? null : refusal}>
          {(props) => (
            <textarea
              {...props}
              class="yaml"
              rows={14}
              maxLength={YAML_MAX}
              spellcheck={false}
              value={yaml}
              onInput={(event) => setYaml(event.currentTarget.value)}
            />
          )}
        </Field>
        {schedule !== null && (
          <Field
            label={t('replay.schedule')}
            hint={t('replay.scheduleHint')}
            wrong={refusal?.field === 'schedule' ? refusal : null}
          >
            {(props) => (
              <textarea
                {...props}
                class="yaml"
                rows={5}
                maxLength={YAML_MAX}
                spellcheck={false}
                value={schedule}
                onInput={(event) => setSchedule(event.currentTarget.value)}
              />
            )}
          </Field>
        )}
        <p class="form-actions">
          <button type="submit" class="button primary" disabled={running}>
            {t(running ? 'replay.running' : 'replay.run')}
          </button>
          {(yaml !== present || schedule !== presentSchedule) && (
            <button
              type="button"
              class="button"
              onClick={() => {
                setYaml(present);
                setSchedule(presentSchedule);
              }}
            >
              {t('replay.reset')}
            </button>
          )}
        </p>
      </form>
      <div aria-live="polite">
        {result && <ReplayResult replay={result.replay} range={result.range} />}
      </div>
    </section>
  );
}

/** The view's range up to now, cut at its start to what a replay takes. */
function replayRange({ from, to }: Interval, now: Date): Interval {
  const end = Math.min(to.getTime(), now.getTime());
  return { from: new Date(Math.max(from.getTime(), end - DAYS_MAX * DAY_MS)), to: new Date(end) };
}
