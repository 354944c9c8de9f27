import type { enBurn } from './enBurn.js';

/** The sentences of the charts of an error budget. */
export const zhCNBurn: Record<keyof typeof enBurn, string> = {
  'slo.burndown': '剩余错误预算',
  'slo.burndownLabel': '{name} 的错误预算随时间变化，剩余 {percent}，附匀速线。',
  'slo.leftSeries': '剩余',
  'slo.pace': '匀速',
  'slo.rate': '消耗速率',
  'slo.rateLabel': '{name} 的消耗速率（对数刻度），附触发告警的倍数线。',
  'slo.rateSeries': '{long} 窗口',
  'slo.noPoints': '此范围内没有事件。',
  'slo.note.version': '新版本',
  'slo.note.alert': '告警',
  'slo.note.exclusion': '排除',
  'slo.note.incident': '事件',
};
