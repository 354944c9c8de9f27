// Runs before the first paint, so that a chosen theme or language never flashes the other one.
(function () {
  try {
    const theme = localStorage.getItem('burnbook.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
    const locale = localStorage.getItem('burnbook.locale') || navigator.language || 'en';
    document.documentElement.lang = /^zh/i.test(locale) ? 'zh-CN' : 'en';
    document.documentElement.classList.add('js');
  } catch {
    // Storage may be blocked: the browser's own preference stands.
  }
})();
