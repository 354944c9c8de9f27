import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { trainBayes } from '../../../pipelines/demo/bayes.js';
import { createEmbedder } from '../../../pipelines/demo/embedder.js';
import { createFaultDial } from '../../../pipelines/demo/faultDial.js';
import type { FaultDial } from '../../../pipelines/demo/faultDial.js';
import { createModelServer } from '../../../pipelines/demo/modelServer.js';

/** The demo's model server with the real embedding model, and a classifier that knows eight words. */
export interface LocalModels {
  server: Server;
  /** Without a path. */
  url: string;
  dial: FaultDial;
  close: () => Promise<void>;
}

const samples = [
  { text: 'cheap money offer now, click here to win', label: 'spam' as const },
  { text: 'free offer! win money today', label: 'spam' as const },
  { text: 'the patch for the kernel module is attached', label: 'ham' as const },
  { text: 'meeting notes and the patch review', label: 'ham' as const },
];

/** The model's thread runs built JavaScript, so `pipelines` must be built. */
export async function startLocalModels(): Promise<LocalModels> {
  const workerUrl = new URL('../../../pipelines/dist/demo/embedWorker.js', import.meta.url);
  const embedder = createEmbedder(workerUrl);
  const dial = createFaultDial(7);
  const server = createModelServer({
    embed: embedder.embed,
    classify: trainBayes(samples, ['spam', 'ham']),
    dial,
    embeddingModel: 'text-embedding-3-small',
    chatModels: ['gpt-4o-mini'],
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    dial,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await embedder.close();
    },
  };
}
