/**
 * What emitters call a provider → the catalogue's name for it.
 *
 * Sources: `gen_ai.system` and `gen_ai.provider.name` of the OpenTelemetry registry; the Vercel AI SDK's
 * `ai.model.provider`; LiteLLM's provider list. Checked on 2026-11-22 against the catalogue's own matching, which finds
 * the names that are not listed here.
 */
export const PROVIDER_ALIASES: Readonly<Record<string, string>> = {
  'amazon-bedrock': 'aws',
  'aws-bedrock': 'aws',
  'aws.bedrock': 'aws',
  aws_bedrock: 'aws',
  bedrock: 'aws',
  'az.ai.inference': 'azure',
  'az.ai.openai': 'azure',
  'azure.ai.inference': 'azure',
  'azure.ai.openai': 'azure',
  azure_ai: 'azure',
  azure_openai: 'azure',
  'azure-openai': 'azure',
  fireworks_ai: 'fireworks',
  'gcp.gemini': 'google',
  'gcp.gen_ai': 'google',
  'gcp.vertex.agent': 'google',
  'gcp.vertex_ai': 'google',
  gemini: 'google',
  'google-gla': 'google',
  'google-vertex': 'google',
  vertex_ai: 'google',
  vertexai: 'google',
  mistral_ai: 'mistral',
  mistralai: 'mistral',
  'ibm.watsonx.ai': 'ibm',
  togetherai: 'together',
  together_ai: 'together',
  x_ai: 'x-ai',
  xai: 'x-ai',
};
