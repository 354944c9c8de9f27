import type { enLearning } from './enLearning.js';

/** The sentences about what following a runbook has shown. */
export const zhCNLearning: Record<keyof typeof enLearning, string> = {
  'learn.none': '还没有人执行过。',
  'learn.current': '当前',
  'learn.uses': '执行',
  'learn.usesOf': '{n} 次，其中演练 {days} 次',
  'learn.mtta': '告警到确认',
  'learn.mttr': '告警到解决',
  'learn.firstAction': '开始到第一步',
  'learn.outcomes': '结果',
  'learn.noOutcome': '尚无结束',
  'learn.steps': '步骤',
  'learn.noSteps': '没有到达任何步骤。',
  'learn.step': '步骤',
  'learn.done': '完成',
  'learn.doneOf': '{n} / {total}',
  'learn.doneSkipped': '{n} / {total}，跳过 {skipped}',
  'learn.dropped': '止步于此',
  'learn.droppedOff': '{n} 次止步',
  'learn.took': '用时',
  'learn.changed': '之前 → 之后',
  'learn.burn': '消耗 {before} → {after}',
  'learn.usd': '每小时 {before} → {after}',
};
