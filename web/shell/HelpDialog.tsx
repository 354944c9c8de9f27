import { t } from '../i18n/t.js';
import { Dialog } from './Dialog.js';

/** The keys. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const keys: [string[], string][] = [
    [['[', ']'], t('help.range')],
    [['c'], t('help.compare')],
    [['g', 'o c s i r b n p'], t('help.go')],
    [['Ctrl K', '⌘K'], t('help.palette')],
    [['t'], t('help.theme')],
    [['←', '→'], t('help.chart')],
    [['n', 'x', 'p'], t('help.runbook')],
    [['?'], t('help.help')],
  ];
  return (
    <Dialog label={t('help.title')} onClose={onClose}>
      <h2>{t('help.title')}</h2>
      <dl class="keys">
        {keys.map(([names, meaning]) => (
          <div key={meaning}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <button type="button" class="button" onClick={onClose}>
        {t('help.close')}
      </button>
    </Dialog>
  );
}
