/** The demo's injector as a child: it makes a fault, and takes it back when told to. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface InjectedFault {
  /** What was done. */
  readonly injected: string;
  /** Takes it back. @returns what was done. */
  revert(): Promise<string>;
  /** Takes back what is not, and away what was put up. @throws with what the injector said when it did not end well. */
  end(): Promise<void>;
}

const program = fileURLToPath(new URL('../../pipelines/dist/demo/inject.js', import.meta.url));

/** @returns once the fault is made. @throws with what the injector said instead. */
export async function injectFault(
  alert: string,
  { url, config }: { readonly url: string; readonly config: string },
): Promise<InjectedFault> {
  const child = fork(program, [alert, '--url', url, '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, 'exit');
  const said = async (what: 'injected' | 'reverted'): Promise<string> => {
    for (;;) {
      const [message] = (await Promise.race([
        once(child, 'message'),
        ended.then(([code]) => [{ ended: code as number | null }]),
      ])) as [Record<string, string>];
      const sentence = message[what];
      if (sentence !== undefined) return sentence;
      if ('ended' in message)
        throw new Error(`the injector ended (${message['ended']}): ${errors}`);
    }
  };
  const injected = await said('injected');
  return {
    injected,
    revert: () => {
      const reverted = said('reverted');
      child.send('revert');
      return reverted;
    },
    end: async () => {
      if (child.connected) child.send('end', () => undefined);
      const [code] = (await ended) as [number | null];
      if (code !== 0) throw new Error(`the injector ended with ${code}: ${errors}`);
    },
  };
}
