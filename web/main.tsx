import { render } from 'preact';
import { startLive } from './api/live.js';
import { setLocale } from './i18n/t.js';
import { keepServerHtml } from './runbook/serverHtml.js';
import { App } from './shell/App.js';
import './style/index.css';

const root = document.getElementById('app');
if (!root) throw new Error('index.html has no element with the id "app"');

// theme.js has already chosen the language from the switch or the browser.
if (document.documentElement.lang === 'zh-CN') await setLocale('zh-CN');
keepServerHtml(root);
root.replaceChildren();
render(<App />, root);
startLive();
// What was done without a connection, in this browser, before this page was opened.
if (localStorageHolds('burnbook.executionEvents'))
  void import('./runbook/eventQueue.js').then(({ sendQueued }) => sendQueued());

function localStorageHolds(key: string): boolean {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return false;
  }
}
