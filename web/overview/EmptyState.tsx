import { t } from '../i18n/t.js';
import { CopyButton } from '../parts/CopyButton.js';
import { liveState } from '../api/live.js';

/** Before the first span ever: what to send, ready to copy. The page flips by itself when it arrives. */
export function EmptyState() {
  const origin = location.origin;
  return (
    <section class="empty" aria-label={t('empty.title')}>
      <h1>
        <i class="live-dot waiting" /> {t('empty.title')}
      </h1>
      <p class="lead">{t('empty.text')}</p>
      <p class="listening" role="status">
        {t('empty.listening')}: <code>{origin}/v1/traces</code> · {t(`live.${liveState.value}`)}
      </p>
      <Snippet title={t('empty.curl')} code={curlCommand(origin)} />
      <Snippet title={t('empty.env')} code={environment(origin)} />
      <Snippet title={t('empty.collector')} code={collectorCode()} />
      <Snippet title={t('empty.demo')} code="npm run demo" />
    </section>
  );
}

function Snippet({ title, code }: { title: string; code: string }) {
  return (
    <div class="snippet">
      <header>
        <h2>{title}</h2>
        <CopyButton text={code} />
      </header>
      <pre tabIndex={0} aria-label={title}>
        <code>{code}</code>
      </pre>
    </div>
  );
}

function curlCommand(origin: string): string {
  return `curl -sS ${origin}/v1/traces -H 'content-type: application/json' -d '{"resourceSpans":[{"resource":{"attributes":[
  {"key":"service.name","value":{"stringValue":"my-pipeline"}}]},"scopeSpans":[{"spans":[{
  "traceId":"'$(openssl rand -hex 16)'","spanId":"'$(openssl rand -hex 8)'","name":"embed","kind":3,
  "startTimeUnixNano":"'$(date +%s)000000000'","endTimeUnixNano":"'$(date +%s)500000000'","attributes":[
  {"key":"gen_ai.provider.name","value":{"stringValue":"openai"}},
  {"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o-mini"}},
  {"key":"gen_ai.usage.input_tokens","value":{"intValue":"10000"}},
  {"key":"gen_ai.usage.output_tokens","value":{"intValue":"500"}}]}]}]}]}'`;
}

function collectorCode(): string {
  return `import { modelCall, pipeline, step } from '@burnbook/collectors';

const mail = pipeline('mail-features', { team: 'search' });
await mail.run({ batch: '2026-11-22' }, () =>
  step('embed', () =>
    modelCall({ provider: 'openai', model: 'text-embedding-3-small' }, async (call) => {
      const answer = await embed(rows);
      call.usage({ inputTokens: answer.usage.prompt_tokens });
    }),
  ),
);`;
}

function environment(origin: string): string {
  return `export OTEL_EXPORTER_OTLP_ENDPOINT=${origin}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`;
}
