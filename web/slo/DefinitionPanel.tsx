import type { SloDetail } from '../../server/contract.js';
import { t } from '../i18n/t.js';
import { CopyButton } from '../parts/CopyButton.js';
import { Instant } from '../parts/Instant.js';

/** The definition as it stands in its file, and who changed it when. */
export function DefinitionPanel({
  definition,
  versions,
}: Pick<SloDetail, 'definition' | 'versions'>) {
  return (
    <div class="columns even">
      <section class="panel" aria-label={t('slo.definition')}>
        <header class="panel-head">
          <h2>{t('slo.definition')}</h2>
          <div class="panel-actions">
            <small>{t('slo.definitionAt', { file: definition.file, line: definition.line })}</small>
            <CopyButton text={definition.yaml} />
          </div>
        </header>
        <pre class="yaml" tabIndex={0}>
          {definition.yaml}
        </pre>
      </section>
      <section class="panel" aria-label={t('slo.versions')}>
        <header class="panel-head">
          <h2>{t('slo.versions')}</h2>
        </header>
        <ol class="rows">
          {versions.map(({ version, from, actor, reason, removed }) => (
            <li key={version}>
              <strong>{t('slo.version', { n: version })}</strong> {removed && t('slo.removed')}
              <small class="under">
                <Instant at={from} /> · {actor}
                {reason === null ? '' : ` · ${reason}`}
              </small>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}
