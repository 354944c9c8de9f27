import type { enRunDialog } from './enRunDialog.js';

/** The sentences of what a person is asked while following a runbook. */
export const zhCNRunDialog: Record<keyof typeof enRunDialog, string> = {
  'run.ask.skip': '跳过',
  'run.ask.note': '备注',
  'run.ask.override': '仍视为已恢复',
  'run.ask.finish': '结束',
  'run.askAt.skip': '跳过步骤 {n}',
  'run.askAt.note': '步骤 {n} 的备注',
  'run.reason': '原因',
  'run.words': '备注',
  'run.unverified': '验证尚未通过。',
};
