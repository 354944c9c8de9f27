import { afterEach, beforeEach, expect } from 'vitest';
import {
  createCollector,
  pipeline,
  type Collector,
  type Pipeline,
} from '../../collectors/index.js';
import { openTraceSink, type SunkSpan, type TraceSink } from './traceSink.js';

/** A pipeline with all words of identity, its collector and the receiver, new for each test of the file. */
export class MailStory {
  #sink!: TraceSink;
  #collector!: Collector;
  #mail!: Pipeline;

  constructor() {
    beforeEach(async () => {
      this.#sink = await openTraceSink();
      this.#collector = createCollector({
        endpoint: this.#sink.url,
        serviceName: 'mail',
        exportIntervalMs: 20,
      });
      this.#mail = pipeline('mail-etl', {
        team: 'search',
        owner: 'ada',
        environment: 'test',
        tags: { customer: 'acme' },
        collector: this.#collector,
      });
    });
    afterEach(async () => {
      await this.#collector.shutdown();
      await this.#sink.close();
    });
  }

  get sink(): TraceSink {
    return this.#sink;
  }

  get collector(): Collector {
    return this.#collector;
  }

  get mail(): Pipeline {
    return this.#mail;
  }

  async sent(): Promise<SunkSpan[]> {
    expect(await this.#collector.flush()).toBe(true);
    return this.#sink.spans;
  }

  async named(name: string): Promise<SunkSpan> {
    const found = (await this.sent()).filter((span) => span.name === name);
    expect(found).toHaveLength(1);
    return found[0]!;
  }
}
