import { useRef } from 'preact/hooks';
import { chooseLocale, locale, t } from '../i18n/t.js';
import { Icon } from '../parts/Icon.js';
import { nextTheme, theme } from './preferences.js';

/** Theme, language and the keys. */
export function SettingsMenu({ onHelp }: { onHelp: () => void }) {
  const details = useRef<HTMLDetailsElement>(null);
  const close = () => {
    if (details.current) details.current.open = false;
  };
  return (
    <details
      class="menu"
      ref={details}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
      onFocusOut={(event) => {
        if (!details.current?.contains(event.relatedTarget as Node | null)) close();
      }}
    >
      <summary class="icon-button" aria-label={t('settings.open')} title={t('settings.open')}>
        <Icon name="settings" />
      </summary>
      <div class="menu-list">
        <button type="button" onClick={nextTheme}>
          {t('theme.switch', { name: t(`theme.${theme.value}`) })} <kbd>t</kbd>
        </button>
        <button
          type="button"
          onClick={() => void chooseLocale(locale.value === 'en' ? 'zh-CN' : 'en')}
        >
          <span lang={locale.value === 'en' ? 'zh-CN' : 'en'}>{t('locale.switch')}</span>
        </button>
        <button
          type="button"
          onClick={() => {
            close();
            onHelp();
          }}
        >
          {t('help.title')} <kbd>?</kbd>
        </button>
        <p class="menu-note">{t('usd')}</p>
      </div>
    </details>
  );
}
