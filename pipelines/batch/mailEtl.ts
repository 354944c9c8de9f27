import { join } from 'node:path';
import { qualityCheck } from '@burnbook/collectors';
import { chunkMail } from './chunk.js';
import { classifyMails, classifyTokens } from './classify.js';
import type { PartitionSource } from './corpus.js';
import { createDag } from './dag.js';
import type { Dag } from './dag.js';
import { embedChunks } from './embed.js';
import { writeFeatures } from './features.js';
import { gateMails, hasEnoughValid } from './gate.js';
import { maskMail } from './mask.js';
import type { ModelClient } from './modelClient.js';
import { parseMail } from './parse.js';
import { publish } from './publish.js';
import { tokensAtMost, withinBudget } from './withinBudget.js';
import type { SpendPolicy } from './withinBudget.js';

export interface MailEtlOptions {
  source: PartitionSource;
  client: ModelClient;
  /** Where finished partitions are published. */
  outFolder: string;
  /** Reserve before the models are asked, and what to do when a budget refuses; left out: do not ask. */
  spend?: SpendPolicy;
  team?: string;
  environment?: string;
}

/**
 * Mail to features: read and parse → gate → mask → chunk → embed, and beside it classify → write
 * Parquet → publish. This is the file to change first: each step is a function of its own, tested
 * alone; here stands only what feeds what, what is counted, and each step's version.
 */
export function mailEtl({
  source,
  client,
  outFolder,
  spend,
  team,
  environment,
}: MailEtlOptions): Dag {
  const dag = createDag('mail-etl', {
    ...(team !== undefined && { team }),
    ...(environment !== undefined && { environment }),
  });

  const parse = dag.step('parse', {
    version: '1',
    needs: {},
    run: async (_, context) => {
      const raw = await source.read(context.partition);
      context.rows({ in: raw.length });
      context.bytes({ in: raw.reduce((sum, mail) => sum + (mail.raw.length * 3) / 4, 0) });
      const mails = [];
      for (const mail of raw) {
        context.signal.throwIfAborted();
        mails.push(await parseMail(mail));
      }
      context.rows({ out: mails.length });
      context.bytes({ out: textBytes(mails) });
      return mails;
    },
  });

  const gate = dag.step('gate', {
    version: '1',
    needs: { mails: parse },
    run: async ({ mails }, context) => {
      const result = gateMails(mails);
      const { passed, quarantined } = result;
      context.rows({ in: mails.length, out: passed.length, failed: quarantined.length });
      context.bytes({ in: textBytes(mails), out: textBytes(passed) });
      await qualityCheck('gate.valid_share', {
        passed: hasEnoughValid(result),
        rows: mails.length,
        failedRows: quarantined.length,
      });
      return result;
    },
  });

  const mask = dag.step('mask', {
    version: '1',
    needs: { gated: gate },
    run: ({ gated }, context) => {
      const mails = gated.passed.map(maskMail);
      context.rows({ in: gated.passed.length, out: mails.length });
      context.bytes({ in: textBytes(gated.passed), out: textBytes(mails) });
      return mails;
    },
  });

  const chunk = dag.step('chunk', {
    version: '1',
    needs: { mails: mask },
    run: ({ mails }, context) => {
      const chunks = mails.flatMap((mail) => chunkMail(mail));
      context.rows({ in: mails.length, out: chunks.length });
      context.bytes({ in: textBytes(mails), out: textBytes(chunks) });
      return chunks;
    },
  });

  const embed = dag.step('embed', {
    version: `1 ${client.embeddingModel}`,
    needs: { chunks: chunk },
    run: async ({ chunks }, context) => {
      context.rows({ in: chunks.length });
      context.bytes({ in: textBytes(chunks) });
      const wish = {
        provider: client.provider,
        model: client.embeddingModel,
        tokens: { input: tokensAtMost(chunks.map(({ text }) => text)) },
        // Vectors of two models cannot be compared.
        mayDowngrade: false,
        signal: context.signal,
      };
      const vectors = await withinBudget(wish, spend, () =>
        embedChunks(chunks, context, { client }),
      );
      context.rows({ out: vectors.length });
      context.bytes({ out: vectors.reduce((sum, vector) => sum + vector.length, 0) });
      return vectors;
    },
  });

  const classify = dag.step('classify', {
    version: `1 ${client.chatModel}`,
    needs: { mails: mask },
    run: async ({ mails }, context) => {
      context.rows({ in: mails.length });
      context.bytes({ in: textBytes(mails) });
      const wish = {
        provider: client.provider,
        model: client.chatModel,
        tokens: classifyTokens(mails),
        signal: context.signal,
      };
      const rows = await withinBudget(wish, spend, (model) =>
        classifyMails(mails, context, { client, model }),
      );
      const failed = rows.filter(({ label }) => label === null).length;
      context.rows({ out: rows.length - failed, failed });
      return rows;
    },
  });

  const features = dag.step('features', {
    version: '1',
    needs: { mails: mask, chunks: chunk, vectors: embed, classifications: classify },
    run: async (inputs, { partition, folder, key, rows, bytes }) => {
      rows({ in: inputs.chunks.length });
      bytes({ in: textBytes(inputs.chunks) });
      const path = join(folder, `features.${key}.parquet`);
      const file = await writeFeatures(path, { partition, ...inputs });
      rows({ out: file.rows });
      bytes({ out: file.bytes });
      return file;
    },
  });

  dag.step('publish', {
    version: '1',
    needs: { mails: parse, gated: gate, classifications: classify, file: features },
    run: async (
      { mails, gated, classifications, file },
      { partition, folder, key, rows, bytes, publishes },
    ) => {
      const manifest = await publish({
        folder,
        outFolder,
        partition,
        key,
        features: file,
        quarantined: gated.quarantined,
        rowsIn: mails.length,
        rowsFailed: classifications.filter(({ label }) => label === null).length,
      });
      // Mails again, as in the first step: the last step's rows are the batch's.
      rows({ in: gated.passed.length, out: gated.passed.length });
      bytes({ in: file.bytes, out: file.bytes });
      publishes('mail-features');
      return manifest;
    },
  });

  return dag;
}

/** UTF-8 bytes of the rows' texts. */
function textBytes(rows: readonly { text: string }[]): number {
  return rows.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
}
