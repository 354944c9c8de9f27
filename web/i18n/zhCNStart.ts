import type { enStart } from './enStart.js';

/** The sentences of a first visit: the wait for the first span, and the keys. */
export const zhCNStart: Record<keyof typeof enStart, string> = {
  'help.close': '关闭',
  'help.range': '前一段、后一段时间',
  'help.compare': '与上一时段比较',
  'help.theme': '主题',
  'help.palette': '搜索或前往',
  'help.go': '前往总览、成本、SLO、事件、重试、批次、运行手册、管道',
  'help.help': '本帮助',
  'help.runbook': '在运行手册中：下一步、勾选、面板',
  'help.chart': '在图表中：移动光标；拖动可设定时间范围',
  'empty.title': '等待第一个 span',
  'empty.text': 'Burnbook 正在此地址监听。发送遥测数据，此页面会自动变成你的账单。',
  'empty.curl': '试一试：手动发送一个 span',
  'empty.collector': '从你自己的管道发送',
  'empty.env': '从任何支持 OpenTelemetry 的程序发送',
  'empty.demo': '或运行演示管道',
  'empty.listening': '正在监听',
};
