import { useState } from 'preact/hooks';
import { queryClient } from '../api/queryClient.js';
import { t } from '../i18n/t.js';

/** Asks for the server's access token and keeps it in a cookie, which the event stream sends too. */
export function TokenForm() {
  const [token, setToken] = useState('');
  const enter = (event: SubmitEvent) => {
    event.preventDefault();
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = `burnbook_token=${encodeURIComponent(token)}; Path=/; SameSite=Strict${secure}`;
    void queryClient.invalidateQueries();
  };
  return (
    <form class="token-form" onSubmit={enter}>
      <label class="field inline">
        <span>{t('token.label')}</span>
        <input
          type="password"
          autocomplete="current-password"
          required
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button">
        {t('token.enter')}
      </button>
    </form>
  );
}
