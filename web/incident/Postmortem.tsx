import { t } from '../i18n/t.js';
import { CopyButton } from '../parts/CopyButton.js';

/** The draft of a postmortem as Markdown, to copy or to keep as a file. */
export function Postmortem({ id, markdown }: { id: string; markdown: string }) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([markdown], { type: 'text/markdown' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `postmortem-${id.replaceAll(/[^\w.-]+/g, '-')}.md`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <section class="panel" aria-label={t('postmortem.title')}>
      <header class="panel-head">
        <h2>{t('postmortem.title')}</h2>
        <div class="panel-actions">
          <CopyButton text={markdown} label={t('postmortem.copy')} />
          <button type="button" class="button" onClick={save}>
            {t('postmortem.save')}
          </button>
        </div>
      </header>
      <pre class="yaml" tabIndex={0}>
        {markdown}
      </pre>
    </section>
  );
}
