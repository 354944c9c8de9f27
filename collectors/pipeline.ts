import type { Attributes } from '@opentelemetry/api';
import { KEY } from '@burnbook/domain/semconv';
import { coreOf, type Collector } from './collector.js';
import { defaultCollector } from './defaultCollector.js';
import type { RunHandle, RunOptions } from './handles.js';
import { checkText } from './optionCheck.js';
import { runIn } from './run.js';

export interface PipelineOptions {
  team?: string;
  owner?: string;
  /** `deployment.environment.name`, such as `production`. */
  environment?: string;
  /** More labels to break the cost down by; each goes on every span as `tag.<name>`. At most 16. */
  tags?: Readonly<Record<string, string>>;
  /** The default collector when left out. */
  collector?: Collector;
}

export interface Pipeline {
  readonly name: string;
  /**
   * Runs `fn` as one run over one batch and returns what it returns. What `fn` throws is recorded and rethrown.
   * @throws TypeError before `fn` is called, naming the option, its rule and the value.
   */
  run<T>(options: RunOptions, fn: (run: RunHandle) => T | PromiseLike<T>): Promise<T>;
}

const TAGS_MAX = 16;

/**
 * A pipeline by its name: the unit of budgets, bills and owners.
 * @throws TypeError naming the option, its rule and the value.
 */
export function pipeline(name: string, options: PipelineOptions = {}): Pipeline {
  checkText('name of pipeline', name);
  const identity = pipelineIdentity(name, options);
  const collector = options.collector === undefined ? undefined : coreOf(options.collector);
  return {
    name,
    run: (runOptions, fn) =>
      runIn(
        { core: collector ?? defaultCollector(), pipeline: name, identity, options: runOptions },
        fn,
      ),
  };
}

function pipelineIdentity(name: string, options: PipelineOptions): Attributes {
  const { team, owner, environment, tags = {} } = options;
  const labels: [option: string, key: string, value: string | undefined][] = [
    ['team', KEY.team, team],
    ['environment', KEY.environment, environment],
    ['owner', 'tag.owner', owner],
    ...Object.entries(tags).map(([tag, value]): [string, string, string] => [
      `tags.${tag}`,
      `tag.${tag}`,
      value,
    ]),
  ];
  if (Object.keys(tags).length > TAGS_MAX) {
    throw new TypeError(
      `option tags must have at most ${TAGS_MAX} entries, got ${Object.keys(tags).length}`,
    );
  }
  const identity: Attributes = { [KEY.pipelineName]: name };
  for (const [option, key, value] of labels) {
    if (value === undefined) continue;
    checkText(option, value);
    identity[key] = value;
  }
  return identity;
}
