import type { LintFinding } from '../../server/contract.js';
import { t } from '../i18n/t.js';

/** What the linter finds in the runbook, folded away; nothing when it finds nothing. */
export function FindingsPart({ findings }: { findings: readonly LintFinding[] }) {
  if (findings.length === 0) return null;
  return (
    <details class="panel fold no-print">
      <summary>
        <h2>{t('runbook.findings', { n: findings.length })}</h2>
      </summary>
      <ul class="rows">
        {findings.map(({ file, line, rule, message, help }) => (
          <li key={`${line} ${rule} ${message}`}>
            <code>
              {file}:{line}
            </code>{' '}
            <span class="tag">{rule}</span> {message} <small>{help}</small>
          </li>
        ))}
      </ul>
    </details>
  );
}
