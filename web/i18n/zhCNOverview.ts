import type { enOverview } from './enOverview.js';

/** The sentences of the first page alone. */
export const zhCNOverview: Record<keyof typeof enOverview, string> = {
  'needs.none': '没有需要处理的事项。',
  'needs.noneHint': '此时段内每个批次的成本都与其管道平时相当。',
  'spend.title': '按模型划分的花费',
  'spend.label': '按模型划分的花费，每格 {bucket}，{zone}。合计 {usd}。最高：{at} 的 {high}。',
  'spend.empty': '此时段没有花费。',
  'spend.isolate': '单击只看它，按住 Alt 单击隐藏它',
  'spend.reset': '全部显示',
  'spend.previous': '上一时段',
  'pipelines.title': '管道',
  'pipelines.pipeline': '管道',
  'pipelines.state': '最近批次',
  'pipelines.cost': '成本',
  'pipelines.per1k': '$ / 千行',
  'pipelines.waste': '重试浪费',
  'pipelines.batches': '批次',
  'pipelines.recent': '最近 20 个批次',
  'pipelines.recentLabel': '最近 {n} 个批次的成本：最新 {last}，最高 {high}',
  'pipelines.none': '此时段没有管道运行。',
};
