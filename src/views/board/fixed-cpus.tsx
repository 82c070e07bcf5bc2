import { useEffect, useRef } from 'react';
import type { TextsState } from '../../session/fold-log.ts';
import { useLab } from '../../session/lab-state.ts';
import { useFolds, useSession, useTranslate } from '../../session/session-context.ts';
import { Icon } from '../../widgets/icon.tsx';
import { Mark } from '../../widgets/mark.tsx';
import { RichText } from '../../widgets/rich-text.tsx';
import './fixed-cpus.css';

/** What QEMU answered to the last wish to plug a CPU in or out, in its own words. */
function lastRefusal({ qmp }: TextsState): string | undefined {
  const asked = qmp.findLastIndex(
    ({ direction, text }) => direction === 'in' && /device_(add|del)/.test(text) && !/pc-dimm|"id":"dimm/.test(text),
  );
  const answer = qmp.find(({ direction }, at) => asked >= 0 && at > asked && direction === 'out')?.text ?? '';
  return /"desc"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(answer)?.[1]?.replace(/\\(.)/g, '$1');
}

/** On `virt` all CPUs are there from power-on. Who wants to plug one all the same hears it from QEMU. */
export function FixedCpus() {
  const translate = useTranslate();
  const session = useSession();
  const log = useFolds('texts');
  const description = useLab((state) => state.description);
  const refusal = log && lastRefusal(log.texts);
  const answer = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (refusal !== undefined) answer.current?.scrollIntoView({ block: 'nearest' });
  }, [refusal]);
  if (!log || description?.board !== 'virt') return null;
  const next = description.slots.length;
  const line = JSON.stringify({
    execute: 'device_add',
    arguments: { driver: description.cpuType, id: `cpu${next}`, 'core-id': next },
  });
  const ask = () => {
    useLab.setState({ console: 'qmp' });
    session.qmp(line).catch(() => {});
  };
  return (
    <section className="fixed-cpus" aria-label={translate('board.fixed.label')}>
      <button type="button" className="fixed-cpus-ask" title={line} onClick={ask}>
        <Icon name="plus" />
        {translate('board.fixed.ask')}
      </button>
      <p ref={answer} className="fixed-cpus-refusal" role="status" hidden={refusal === undefined}>
        {refusal !== undefined && (
          <>
            <Mark shape="cross" size={9} /> {translate('board.fixed.refused')} <q translate="no">{refusal}</q>
          </>
        )}
      </p>
      <p className="fixed-cpus-text">
        <RichText text={translate('board.fixed.text')} />
      </p>
    </section>
  );
}
