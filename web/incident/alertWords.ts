import { wordsOf } from '../i18n/wordsOf.js';

/** The sentences of alerts in the language of the page; null: those of the server are shown. */
export const { words: alertWords, loaded: loadAlertWords } = wordsOf(() =>
  import('../i18n/zhCNAlerts.js').then(({ zhCNAlerts }) => zhCNAlerts),
);
