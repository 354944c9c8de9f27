import { useState } from 'preact/hooks';
import { queryClient } from '../api/queryClient.js';
import { t } from '../i18n/t.js';

/** Asks for the server's access token. The server keeps it in a cookie, which the event stream sends too. */
export function TokenForm() {
  const [token, setToken] = useState('');
  const [wrong, setWrong] = useState(false);
  const enter = async (event: SubmitEvent) => {
    event.preventDefault();
    const accepted = await signIn(token);
    setWrong(!accepted);
    if (accepted) await queryClient.invalidateQueries();
  };
  return (
    <form class="token-form" onSubmit={(event) => void enter(event)}>
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
      {wrong && (
        <p class="wrong" role="alert">
          {t('token.wrong')}
        </p>
      )}
    </form>
  );
}

async function signIn(token: string): Promise<boolean> {
  try {
    const answer = await fetch('/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    return answer.ok;
  } catch {
    return false;
  }
}
