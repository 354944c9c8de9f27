import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { mailCorpus, mailLabel } from '../batch/corpus.js';
import type { PartitionSource } from '../batch/corpus.js';
import { maskMail } from '../batch/mask.js';
import { parseMail } from '../batch/parse.js';
import { trainBayes } from './bayes.js';
import type { Sample } from './bayes.js';
import { createEmbedder } from './embedder.js';
import { createFaultDial } from './faultDial.js';
import { createModelServer } from './modelServer.js';

/** Learnt in 2 s; see `trainBayes` for how well. */
const samplesMax = 1500;

/** The model server as a process: trains, listens on loopback, tells its parent `{ url }`. */
const { values } = parseArgs({
  options: {
    /** Learn from the mail of earlier days alone, so that no mail is asked about that was learnt. */
    'train-before': { type: 'string', default: '2002-08-22' },
    seed: { type: 'string', default: '1' },
    port: { type: 'string', default: '0' },
  },
});

const embedder = createEmbedder(new URL('./embedWorker.js', import.meta.url));
const classify = trainBayes(await samples(mailCorpus(), values['train-before']), ['spam', 'ham']);
const server = createModelServer({
  embed: embedder.embed,
  classify,
  dial: createFaultDial(Number(values.seed)),
  embeddingModel: 'text-embedding-3-small',
  chatModels: ['gpt-4o-mini', 'gpt-4.1-nano'],
});
server.listen(Number(values.port), '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (process.send) process.send({ url });
  else process.stdout.write(`${url}/v1\n`);
});

// Its work is worth nothing without the parent, however that ended.
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the parent decides when this one ends.
process.on('SIGINT', () => {
  if (!process.connected) process.exit(0);
});

async function samples(source: PartitionSource, before: string): Promise<Sample<'spam' | 'ham'>[]> {
  const mails = [];
  for (const day of source.partitions().filter((name) => name < before)) {
    mails.push(...(await source.read(day)));
  }
  const step = Math.max(1, mails.length / samplesMax);
  const chosen = mails.filter((_, index) => Math.floor(index % step) === 0);
  return Promise.all(
    chosen.map(async (mail) => {
      const { subject, text } = maskMail(await parseMail(mail));
      return { text: `Subject: ${subject}\n\n${text.slice(0, 1000)}`, label: mailLabel(mail.id) };
    }),
  );
}
