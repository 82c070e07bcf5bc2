import { selectEvent } from '../../session/lab-state.ts';
import type { LogStore } from '../../session/log-store.ts';
import { useTranslate } from '../../session/session-context.ts';
import { RichText } from '../../widgets/rich-text.tsx';

/** What AFFINITY_INFO answers, and what other calls return (Arm DEN 0022, 5.1 and 5.2.2). */
const AFFINITY: Readonly<Record<number, string>> = { 0: 'ON', 1: 'OFF', 2: 'ON_PENDING' };
const RESULTS: Readonly<Record<number, string>> = {
  0: 'SUCCESS',
  [-1]: 'NOT_SUPPORTED',
  [-2]: 'INVALID_PARAMETERS',
  [-3]: 'DENIED',
  [-4]: 'ALREADY_ON',
  [-5]: 'ON_PENDING',
  [-6]: 'INTERNAL_FAILURE',
};

/** The lane below the road: processors that ask the hypervisor to start another one, or to let them go. */
export function PsciLane({ log }: { readonly log: LogStore }) {
  const translate = useTranslate();
  const { psci } = log.chain;
  return (
    <section className="psci-lane" aria-label={translate('psci.lane')}>
      <h3 className="context-name">PSCI</h3>
      {psci.length === 0 ? (
        <p className="queue-idle">
          <RichText text={translate('psci.none')} />
        </p>
      ) : (
        <ol className="psci-calls">
          {psci.map(({ sequence, function: fn, target, ret, task, vcpu }) => {
            const result = fn === 'AFFINITY_INFO' && ret >= 0 ? AFFINITY[ret] : RESULTS[ret];
            const about = fn === 'CPU_OFF' ? '' : `0x${target.toString(16)}`;
            // a processor that has left gets no answer
            const answer = fn === 'CPU_OFF' && ret === 0 ? '' : ` → ${result ?? ret}`;
            const shown = `${fn}(${about})${answer}`;
            return (
              <li key={sequence}>
                <button
                  type="button"
                  className="psci-call"
                  title={translate('psci.call', { fn, task: log.taskName(task), vcpu, ret: result ?? ret })}
                  onClick={() => selectEvent(sequence)}
                >
                  <code translate="no">{shown}</code>
                  <code className="psci-caller" translate="no">
                    {log.taskName(task)} · CPU {vcpu}
                  </code>
                </button>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}
