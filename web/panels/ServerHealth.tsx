import { questionOf, type QuestionName } from '@burnbook/domain/runbook/questions';
import { t } from '../i18n/t.js';
import { CheckLine } from '../runbook/CheckLine.js';

/** What a healthy server answers; beyond it one of its own alerts is due. */
const EXPECTED: readonly {
  question: QuestionName;
  params: Record<string, string>;
  expect: string;
}[] = [
  { question: 'disk-free-share', params: {}, expect: '>= 10 %' },
  { question: 'backup-age', params: {}, expect: '<= 26 h' },
  { question: 'store-restarts', params: { minutes: '60' }, expect: '= 0' },
  { question: 'ingest-refused-share', params: { minutes: '10' }, expect: '< 1 %' },
  { question: 'ack-latency', params: { minutes: '10' }, expect: '< 1 s' },
  { question: 'config-state', params: {}, expect: '= accepted' },
];

/** Free disk, newest backup, restarts of the store, refused requests: how this server itself is. */
export function ServerHealth() {
  return (
    <section class="panel" aria-label={t('panel.server')}>
      <header class="panel-head">
        <h2>{t('panel.server')}</h2>
      </header>
      {EXPECTED.map((check) => (
        <CheckLine
          key={check.question}
          check={{ ...check, asks: questionOf(check.question).asks }}
        />
      ))}
    </section>
  );
}
