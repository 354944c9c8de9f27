/** The demo's program that makes a fault and takes it back, as a child of ours: it undoes all when we end. */
import { fork, type ChildProcess } from 'node:child_process';
import { CommandError } from './commandClient.js';

export interface FaultInjectorOptions {
  /** The program: pipelines/dist/demo/inject.js. */
  readonly file: string;
  /** Name of an alert, or of a procedure. */
  readonly fault: string;
  readonly url: string;
  /** The folder of the server's configuration. */
  readonly config: string;
}

type Said = 'injected' | 'reverted' | 'url';

/** Until the fault is taken back; sending some thousand operations takes seconds. */
const END_WAIT_MS = 120_000;

export class FaultInjector {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #said = new Map<Said, string>();
  #errors = '';
  #heard: () => void = () => undefined;

  constructor({ file, fault, url, config }: FaultInjectorOptions) {
    const child = fork(file, [fault, '--url', url, '--config', config], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A Ctrl-C of the terminal is ours to pass on.
      detached: true,
    });
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    child.on('message', (message: Partial<Record<Said, string>>) => {
      for (const [what, sentence] of Object.entries(message)) {
        this.#said.set(what as Said, sentence);
      }
      this.#heard();
    });
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => (this.#errors += error.message));
      child.once('close', () => {
        resolve();
        this.#heard();
      });
    });
  }

  /** Where the runbook is to be followed, known once it is injected; null: where the fault was made. */
  get url(): string | null {
    return this.#said.get('url') ?? null;
  }

  /** @returns what was done, when it was. @throws CommandError when it could not be. */
  injected(): Promise<string> {
    return this.#until('injected');
  }

  /** Takes the fault back. @returns what was done. @throws CommandError when it could not be. */
  async revert(): Promise<string> {
    this.#send('revert');
    return this.#until('reverted');
  }

  /** Takes the fault back where that was not done, and everything that was put up for it. */
  async end(): Promise<void> {
    this.#send('end');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_WAIT_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #send(order: 'revert' | 'end'): void {
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }

  async #until(what: Said): Promise<string> {
    for (;;) {
      const sentence = this.#said.get(what);
      if (sentence !== undefined) return sentence;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new CommandError(this.#errors.trim() || 'the fault could not be made');
      }
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }
}
