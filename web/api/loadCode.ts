/** Loads a part of the page's code. */
type Load<T> = () => Promise<T>;

const STORAGE_KEY = 'burnbook.reloadedAt';
/** One reload must be enough; a second within this time would be a circle. */
const RELOAD_AGAIN_MS = 30_000;

/**
 * Loads code that is fetched on demand. After an upgrade of the server the files that an open page still knows are gone:
 * if the server answers but the code does not come, the page starts anew, once, at the same URL.
 * @throws what the import throws, when the server is away or a new start did not help.
 */
export async function loadCode<T>(load: Load<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(await serverAnswers()) || !mayReload()) throw error;
    location.reload();
    // The page is going away: nothing more is to be drawn.
    return new Promise<T>(() => undefined);
  }
}

async function serverAnswers(): Promise<boolean> {
  try {
    return (await fetch('/healthz', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

function mayReload(): boolean {
  try {
    const last = Number(sessionStorage.getItem(STORAGE_KEY) ?? 0);
    if (Date.now() - last < RELOAD_AGAIN_MS) return false;
    sessionStorage.setItem(STORAGE_KEY, String(Date.now()));
    return true;
  } catch {
    return false;
  }
}
