import { useState } from 'preact/hooks';
import { t } from '../i18n/t.js';
import { Icon } from './Icon.js';

/** Copies a text and says so for two seconds. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <button type="button" class="button copy" onClick={() => void copy()} aria-live="polite">
      <Icon name={copied ? 'check' : 'copy'} />{' '}
      {copied ? t('copy.copied') : (label ?? t('copy.copy'))}
    </button>
  );
}

/** The clipboard API needs a secure context; a server on the local network has none, hence the second way. */
export async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'visually-hidden';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
