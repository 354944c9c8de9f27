import type { enResilience } from './enResilience.js';

/** The sentences of the checklist of resilience. */
export const zhCNResilience: Record<keyof typeof enResilience, string> = {
  'resilience.title': '韧性清单',
  'resilience.lead': '每条管道对照同样的条目，依据其遥测数据。',
  'resilience.checklist': '各条目的含义',
  'resilience.none': '还没有管道发送遥测数据。',
  'resilience.counts': '是 {yes} · 否 {no} · 无法判断 {unknown}',
  'resilience.yes': '是',
  'resilience.no': '否',
  'resilience.cannotTell': '无法判断',
  'resilience.byHand': '人工',
  'resilience.notApplicable': '不适用',
  'resilience.evidence': '依据',
  'resilience.say': '记录结论',
  'resilience.answer': '现状',
  'resilience.answer.done': '已做到',
  'resilience.answer.notDone': '未做到',
  'resilience.answer.notApplicable': '此处不适用',
  'resilience.note': '你看到了什么',
};
