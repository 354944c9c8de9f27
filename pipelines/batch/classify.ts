import type { StepContext } from './dag.js';
import { mapConcurrent } from './mapConcurrent.js';
import type { MaskedMail } from './mask.js';
import { InvalidOutput } from './modelClient.js';
import type { ModelClient } from './modelClient.js';
import { tokensAtMost } from './withinBudget.js';

export interface Classification {
  mailId: string;
  /** Null when no attempt gave a usable answer: the row failed, the run goes on. */
  label: Label | null;
  /** The model's own, 0 to 1. */
  confidence: number | null;
}

export type Label = 'spam' | 'ham';

export interface ClassifyOptions {
  client: ModelClient;
  /** Instead of the client's. */
  model?: string;
  /** Calls at a time. */
  concurrency?: number;
}

/** Characters of the body that the model sees: enough to tell, and a bound on the cost of a row. */
const bodyCharsMax = 1000;
const outputTokensMax = 32;

const system =
  'You sort e-mail. Answer with JSON alone: {"label": "spam" or "ham", "confidence": 0 to 1}.';

/** One classification a mail, in their order. */
export async function classifyMails(
  mails: readonly MaskedMail[],
  context: Pick<StepContext, 'key' | 'once' | 'signal'>,
  { client, model = client.chatModel, concurrency = 4 }: ClassifyOptions,
): Promise<Classification[]> {
  return mapConcurrent(mails, concurrency, (mail) =>
    context.once(mail.id, async () => {
      try {
        const answer = await client.chat(
          {
            system,
            user: question(mail),
            outputTokensMax,
            model,
            read: readAnswer,
          },
          { signal: context.signal, idempotencyKey: `${context.key}-${mail.id}` },
        );
        return { mailId: mail.id, ...answer };
      } catch (error) {
        if (!(error instanceof InvalidOutput)) throw error;
        return { mailId: mail.id, label: null, confidence: null };
      }
    }),
  );
}

/** What classifying them takes at most, without retries. */
export function classifyTokens(mails: readonly MaskedMail[]): { input: number; output: number } {
  return {
    input: tokensAtMost(mails.map((mail) => system + question(mail))),
    output: mails.length * outputTokensMax,
  };
}

const question = (mail: MaskedMail): string =>
  `Subject: ${mail.subject}\n\n${mail.text.slice(0, bodyCharsMax)}`;

/** `{"label":"spam","confidence":0.93}` → the same; throws InvalidOutput for anything else. */
export function readAnswer(content: string): { label: Label; confidence: number } {
  let answer: { label?: unknown; confidence?: unknown } | null;
  try {
    answer = JSON.parse(content) as typeof answer;
  } catch {
    throw new InvalidOutput('the answer is not JSON');
  }
  const { label, confidence } = answer ?? {};
  if (label !== 'spam' && label !== 'ham') throw new InvalidOutput('the label is not one of ours');
  if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1)) {
    throw new InvalidOutput('the confidence is not between 0 and 1');
  }
  return { label, confidence };
}
