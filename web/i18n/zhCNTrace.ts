import type { enTrace } from './enTrace.js';

/** The sentences about spans. */
export const zhCNTrace: Record<keyof typeof enTrace, string> = {
  'trace.title': '跟踪',
  'trace.spans': '{n} 个 span',
  'trace.spansOf': '{n} / {total} 个 span',
  'trace.duration': '时长',
  'trace.proves': '证明账单中的 {usd}',
  'trace.provesNothing': '本身没有成本',
  'trace.attributes': '属性',
  'trace.resource': '资源',
  'trace.events': '事件',
  'trace.links': '链接',
  'trace.extra': '原始内容',
  'trace.select': '选择一个 span，查看其属性以及它所证明的成本。',
  'trace.started': '开始',
  'trace.service': '服务',
  'trace.status': '状态',
  'trace.kind': '类型',
  'trace.clock': '发送端时钟不可信：按到达时间显示。',
  'trace.missing': '此跟踪中没有 span {id}。',
  'trace.none': '此跟踪没有 span。',
  'trace.more': '再显示 {n} 个 span',
};
