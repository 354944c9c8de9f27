import { Worker } from 'node:worker_threads';
import type { EmbedReply, EmbedRequest } from './embedWorker.js';

export interface Embedder {
  /** One vector of 512 numbers a text. */
  embed: (texts: string[]) => Promise<number[][]>;
  close: () => Promise<void>;
}

interface Waiting {
  resolve: (vectors: number[][]) => void;
  reject: (error: Error) => void;
}

/**
 * The local sentence-embedding model (Universal Sentence Encoder Lite, Apache-2.0) in a thread.
 * `workerUrl` is the compiled embedWorker.
 */
export function createEmbedder(workerUrl: URL): Embedder {
  const worker = new Worker(workerUrl);
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let failure: Error | null = null;
  const failAll = (error: Error): void => {
    failure = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', (reply: EmbedReply) => {
    const entry = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) entry?.reject(new Error(reply.error));
    else entry?.resolve(reply.vectors);
  });
  worker.on('error', failAll);
  worker.on('exit', () => failAll(new Error('the embedding model has stopped')));
  return {
    embed: (texts) =>
      new Promise((resolve, reject) => {
        if (failure) {
          reject(failure);
          return;
        }
        const request: EmbedRequest = { id: nextId++, texts };
        waiting.set(request.id, { resolve, reject });
        worker.postMessage(request);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
