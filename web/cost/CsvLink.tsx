import { useState } from 'preact/hooks';
import { t } from '../i18n/t.js';
import type { View } from '../url/useView.js';
import { pathOf } from './useCosts.js';

interface CsvLinkProps {
  path: string;
  /** Its range is asked for; null: the list has none. */
  view: View | null;
  asked: Record<string, string | number | null>;
}

/** The same list as a file: the API answers in CSV to who asks for it. */
export function CsvLink({ path, view, asked }: CsvLinkProps) {
  const [failed, setFailed] = useState(false);
  const save = async () => {
    const [{ download }, answer] = await Promise.all([
      import('../chart/exportChart.js'),
      fetch(pathOf(path, view?.interval() ?? null, asked), { headers: { accept: 'text/csv' } }),
    ]);
    setFailed(!answer.ok);
    const name = path.replace('/api/', '').replaceAll('/', '-');
    if (answer.ok) download(`burnbook-${name}.csv`, await answer.blob());
  };
  return (
    <button
      type="button"
      class="link-button"
      onClick={() => void save().catch(() => setFailed(true))}
    >
      {failed ? t('csv.failed') : t('csv.save')}
    </button>
  );
}
