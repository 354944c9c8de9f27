/** What an emitter may mean by a provider and a model. */
import { PROVIDER_ALIASES } from './providerAliases.js';

export type NamedModel = readonly [provider: string | null, model: string];

/**
 * Those who hand a call on to the maker that the model's name begins with, at the maker's price: gateways, frameworks, and
 * OpenAI's client, which speaks to any of them. Whoever is not here runs the models himself, and a maker's list price
 * would say nothing of what that costs.
 */
const HANDS_ON =
  /^(?:openai|openai-compatible|gateway|vercel|openrouter|litellm|litellm_proxy|portkey|helicone|langchain|gcp\.vertex\.agent|gcp\.gen_ai|_other)(?:\.|$)/;
/**
 * `models/…` of the Gemini API, `publishers/google/models/…` of Vertex AI, with or without its project and place, and what
 * OpenLLMetry leaves of that: `projects/…/locations/…/gemini-2.5-flash`.
 */
const GOOGLE_PATH =
  /^(?:(?:(?:projects\/[^/]+\/)?(?:locations\/[^/]+\/)?publishers\/[^/]+\/)?models\/|projects\/[^/]+\/locations\/[^/]+\/(?=[^/]+$))(.+)$/;
/** Embedding models whose maker the name tells; the catalogue finds makers by the names of chat models alone. */
const EMBEDDING_MAKERS: readonly (readonly [name: RegExp, provider: string])[] = [
  [/^text-embedding-(?:3-|ada-)/, 'openai'],
  [/^embed-(?:english|multilingual|v\d)/, 'cohere'],
];

/** The names to try: as said, by alias, without the AI SDK's suffix (`openai.chat`), and as `provider/model`. */
export function* namesOf(provider: string | null, model: string): Generator<NamedModel> {
  const names = GOOGLE_PATH.test(model) ? [model.replace(GOOGLE_PATH, '$1'), model] : [model];
  if (provider !== null) {
    const plain = provider.replace(/\.(chat|completion|responses|embedding|messages|image)$/, '');
    const short = plain.split('.')[0] ?? plain;
    const said = [provider, plain, short];
    // An alias is exact, and the catalogue's own matching is by parts of a name: `azure-openai.chat` is not OpenAI.
    const aliases = said.flatMap((name) => PROVIDER_ALIASES[name] ?? []);
    for (const known of new Set([...aliases, ...said])) {
      for (const name of names) yield [known, name];
    }
  }
  for (const [prefix, rest] of prefixesOf(model)) {
    const maker = PROVIDER_ALIASES[prefix] ?? prefix;
    if (provider === null || HANDS_ON.test(provider) || isSame(provider, prefix)) {
      yield [maker, rest];
    }
  }
  // Without a provider the model's own name decides; with an unknown one it must not.
  if (provider !== null) return;
  for (const name of names) {
    for (const [known, maker] of EMBEDDING_MAKERS) if (known.test(name)) yield [maker, name];
    yield [null, name];
  }
}

/** `openai/gpt-4o`, and Pydantic AI's way to ask for it, `openai:gpt-4o`: no version (`…-v1:0`), no tag (`llama3:8b`). */
function* prefixesOf(model: string): Generator<readonly [prefix: string, rest: string]> {
  const slash = model.indexOf('/');
  if (slash > 0) yield [model.slice(0, slash).toLowerCase(), model.slice(slash + 1)];
  const [, prefix = '', rest = ''] = /^([a-z][a-z_-]*):(.+)$/i.exec(model) ?? [];
  if (rest !== '') yield [prefix.toLowerCase(), rest];
}

const isSame = (provider: string, prefix: string): boolean =>
  provider === prefix ||
  (PROVIDER_ALIASES[provider] ?? provider) === (PROVIDER_ALIASES[prefix] ?? prefix);
