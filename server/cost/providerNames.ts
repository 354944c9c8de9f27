/** What an emitter may mean by a provider and a model. */
import { PROVIDER_ALIASES } from './providerAliases.js';

export type NamedModel = readonly [provider: string | null, model: string];

/** The names to try: as said, by alias, without the AI SDK's suffix (`openai.chat`), and as `provider/model`. */
export function* namesOf(provider: string | null, model: string): Generator<NamedModel> {
  if (provider !== null) {
    const plain = provider.replace(/\.(chat|completion|responses|embedding|messages|image)$/, '');
    const short = plain.split('.')[0] ?? plain;
    for (const name of new Set([provider, plain, short])) {
      yield [PROVIDER_ALIASES[name] ?? name, model];
    }
  }
  const slash = model.indexOf('/');
  if (slash > 0) {
    const prefix = model.slice(0, slash).toLowerCase();
    yield [PROVIDER_ALIASES[prefix] ?? prefix, model.slice(slash + 1)];
  }
  // Without a provider the model's own name decides; with an unknown one it must not.
  if (provider === null) yield [null, model];
}
