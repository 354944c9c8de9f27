import type { Attributes } from '@opentelemetry/api';
import { KEY } from '@burnbook/domain/semconv';
import type { Profile } from './profiler.js';

/** A profile as span attributes, in the units of the wire: seconds, bytes, GB · s with a GB of 10⁹ bytes. */
export function profileAttributes(profile: Profile): Attributes {
  const loopUs = profile.loopActiveUs + profile.loopIdleUs;
  return {
    [KEY.cpuUserS]: profile.cpuUserUs / 1e6,
    [KEY.cpuSystemS]: profile.cpuSystemUs / 1e6,
    [KEY.memoryGbSeconds]: (profile.rssHalfKibMs * 512) / 1e12,
    [KEY.memoryPeakBytes]: profile.rssPeakBytes,
    [KEY.gcDurationS]: profile.gcUs / 1e6,
    ...(loopUs === 0 ? {} : { [KEY.eventLoopUtilization]: profile.loopActiveUs / loopUs }),
    ...(profile.diskReadBytes === 0 ? {} : { [KEY.diskReadBytes]: profile.diskReadBytes }),
    ...(profile.diskWriteBytes === 0 ? {} : { [KEY.diskWriteBytes]: profile.diskWriteBytes }),
  };
}
