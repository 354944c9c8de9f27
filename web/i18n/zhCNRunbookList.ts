import type { enRunbookList } from './enRunbookList.js';

/** The sentences of the list of runbooks. */
export const zhCNRunbookList: Record<keyof typeof enRunbookList, string> = {
  'runbooks.title': '运行手册',
  'runbooks.name': '运行手册',
  'runbooks.severity': '级别',
  'runbooks.owner': '负责人',
  'runbooks.none': '没有加载任何运行手册。',
  'runbooks.sort': '排序',
  'runbooks.by.decay': '按老化',
  'runbooks.by.uses': '按使用',
  'runbooks.decay': '老化',
  'runbooks.decay.good': '良好',
  'runbooks.decay.old': '需查看',
  'runbooks.decay.bad': '不可信',
  'runbooks.why': '{name} 的老化：{n} / 100。原因',
  'runbooks.uses': '使用',
  'runbooks.times': '{n} 次',
  'runbooks.findings': '发现',
  'runbooks.kind.alert': '告警',
  'runbooks.kind.procedure': '流程',
  'runbooks.kind.document': '文档',
};
