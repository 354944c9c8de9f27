import type { AlertName } from '@burnbook/domain/alertNames';

/** What alerts say. English pages show the server's own sentences. */
export const zhCNAlerts = {
  names: {
    AckLatencyHigh: '确认延迟过高',
    BackupFailed: '备份失败',
    BatchCostAboveNormal: '批次成本高于常态',
    BatchFailed: '批次失败',
    BatchLateOrMissing: '批次迟到或缺失',
    CollectorDropping: '采集器丢弃数据',
    ConfigRejected: '配置被拒绝',
    CostBudgetBurningFast: '成本预算消耗过快',
    CostBudgetExhausted: '成本预算耗尽',
    DiskNearlyFull: '磁盘将满',
    ErrorBudgetBurn: '错误预算燃烧',
    ErrorBudgetExhausted: '错误预算耗尽',
    FreshnessBreach: '数据不新鲜',
    HeartbeatMissed: '心跳缺失',
    IngestRefusing: '拒绝接收',
    ModelLatencyHigh: '模型延迟过高',
    NotifierNotDelivering: '通知未送达',
    ProviderOutage: '供应商故障',
    ProviderRateLimited: '供应商限流',
    QuarantineGrowing: '隔离行增多',
    RetryStorm: '重试风暴',
    RetryWasteHigh: '重试浪费过高',
    RowQualityLow: '行质量过低',
    StoreRestarted: '存储重启',
    TelemetryMissing: '遥测缺失',
    UnpricedUsage: '用量无价格',
  } satisfies Record<AlertName, string>,
  says: {
    pair: '{slo}：{window} 内 {total} 个事件中有 {bad} 个坏事件，燃烧率 {burnRateLong}（上限 {factor}）。',
    occurrences: '{slo}：最近 {occurrences} 次的燃烧速度是目标所允许的 {burnRate} 倍。',
    overspent: '{slo}：错误预算已超支 {over} 个事件。',
    spent: '{slo}：错误预算已超支。',
    BatchFailed: '{pipeline}：{occurrence} 的运行失败；数据应于 {due} 落地。',
    BatchLateOrMissing: '{pipeline}：{occurrence} 的数据应于 {due} 落地，至今未落地：{cause}。',
    endUnseen:
      '{pipeline}：看到了 {occurrence} 的运行，但没有看到它结束：无法判断是否在 {due} 前落地。',
    coverage: '{whose} 应运行的时段只有 {coverage} 有遥测：无法判断是否正常。',
    threshold: '{budget} 已花费{least}${spentUsd}（预算 ${amountUsd}）：达到 {percent} %。',
    forecast: '{budget} 预计到期末将花费{least}${forecastUsd}（预算 ${amountUsd}）。',
    refusal: '{budget} 拒绝预留：预算 ${amountUsd} 已花费{least}${spentUsd}，其余已被占用或不足。',
    burn: '{budget} 在 {windowHours} 小时内花费{least}${windowUsd}：是预算 ${amountUsd} 匀速的 {windowBurn} 倍，且多于前几周的同一时段。',
    BatchCostAboveNormal: '{pipeline} {batch} 花费 ${costUsd}：每行成本是平常的 {ratio} 倍。',
    RetryStorm:
      '{pipeline} 在 10 分钟内用 {attempts} 次尝试完成 {operations} 个操作：平均每个 {attemptsPerOperation} 次。',
    RetryWasteHigh:
      '{pipeline} 在 24 小时内因重试损失 ${wasteUsd}（共花费 ${spentUsd}）：{share}。',
    ProviderRateLimited:
      '{provider} 在 10 分钟内因限流拒绝了 {attempts} 次尝试中的 {failed} 次：{share}。',
    ProviderOutage: '{provider} 在 10 分钟内 {attempts} 次尝试中失败 {failed} 次：{share}。',
    UnpricedUsage: '24 小时内 {calls} 次模型调用中有 {unpriced} 次没有价格（{share}）：{models}',
    QuarantineGrowing:
      '{pipeline} 先后隔离了 {rowsFailedBefore} 行和 {rowsFailed} 行：连续两次远多于平常的 {usual} 行。',
    CollectorDropping:
      '{pipeline} 的采集器在最近一小时丢弃了 {droppedSpans} 个 span：该时段的账单和计数偏低。',
    StoreRestarted:
      '存储进程最近一小时终止并恢复了 {restarts} 次，其中最近 10 分钟 {inTenMinutes} 次。',
    DiskNearlyFull: '数据库所在磁盘 {total} 中只剩 {free}：{share}。',
    HeartbeatMissed: '心跳 {heartbeat} 应在 {due} 前到来；上次到来：{last}。',
    ConfigRejected: '配置被拒绝，此前的配置仍然有效：{fault}',
    backupFault: '{failedAt} 的备份失败：{fault}；上次成功：{lastGood}。',
    backupOverdue: '备份已逾期；上次成功：{lastGood}。',
  },
  causes: {
    'no run seen': '没有看到运行',
    'still running': '仍在运行',
    'telemetry ended': '遥测中断',
    failed: '失败',
    cancelled: '已取消',
  },
  /** Of a figure that is a time. */
  never: '从未',
  /** Of a sum that has something without a price. */
  atLeast: '至少 ',
  server: '本服务器',
  title: '{word}（{name}）：{place}',
  titleAlone: '{word}（{name}）',
  and: '，',
};
