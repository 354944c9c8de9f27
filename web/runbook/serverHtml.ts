/** A runbook that the server wrote into the page for readers without JavaScript; taken over by the first view. */
let html: string | null = null;

/** Keeps what the server wrote, so that the runbook stays readable until its live version has loaded. */
export function keepServerHtml(root: HTMLElement): void {
  const article = root.querySelector('article');
  html = article ? article.innerHTML : null;
}

/** Gives it once: the next runbook is another one. */
export function takeServerHtml(): string | null {
  const kept = html;
  html = null;
  return kept;
}
