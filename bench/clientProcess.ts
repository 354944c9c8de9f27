/** The benchmark's side of its client process. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type {
  ClientResult,
  FromClient,
  PrepareMessage,
  RunMessage,
  ToClient,
} from './clientProtocol.js';

export interface ClientRun extends Omit<RunMessage, 'type' | 'fill' | 'warmupMs' | 'windowMs'> {
  readonly warmupMs?: number;
  readonly windowMs?: number | null;
  readonly fill?: RunMessage['fill'];
  readonly onWindowBegins?: () => void;
  readonly onWindowEnds?: () => void;
}

export class ClientProcess {
  readonly #child: ChildProcess;

  constructor() {
    const file = fileURLToPath(new URL('./clientProcessMain.js', import.meta.url));
    this.#child = fork(file, [], {
      serialization: 'advanced',
      execArgv: [],
      // Compression holds threads of the pool; two cores need no more.
      env: { ...process.env, UV_THREADPOOL_SIZE: '2' },
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Builds the bodies. @returns their size as sent and inflated. */
  prepare(
    options: Omit<PrepareMessage, 'type'>,
  ): Promise<{ readonly bytes: number; readonly inflatedBytes: number }> {
    return this.#ask({ type: 'prepare', ...options }, (message) =>
      message.type === 'prepared' ? message : undefined,
    );
  }

  run(options: ClientRun): Promise<ClientResult> {
    const {
      onWindowBegins,
      onWindowEnds,
      warmupMs = 0,
      windowMs = null,
      fill = null,
      ...rest
    } = options;
    return this.#ask({ type: 'run', warmupMs, windowMs, fill, ...rest }, (message) => {
      if (message.type === 'windowBegins') onWindowBegins?.();
      if (message.type === 'windowEnds') onWindowEnds?.();
      return message.type === 'result' ? message.result : undefined;
    });
  }

  /** Ends a run without a window. */
  stop(): void {
    this.#send({ type: 'stop' });
  }

  end(): void {
    if (this.#child.connected) this.#send({ type: 'end' });
  }

  #ask<T>(message: ToClient, read: (answer: FromClient) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error('the client process ended'));
      const onMessage = (answer: FromClient): void => {
        const result = read(answer);
        if (result === undefined) return;
        this.#child.off('message', onMessage).off('exit', onExit);
        resolve(result);
      };
      this.#child.on('message', onMessage).once('exit', onExit);
      this.#send(message);
    });
  }

  #send(message: ToClient): void {
    this.#child.send(message);
  }
}
