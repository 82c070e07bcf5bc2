import { CONDITION_SHAPE } from '../../session/condition-mark.ts';
import { formatCpuList, MASK_NAMES } from '../../session/fold-masks.ts';
import { selectEvent, useLab } from '../../session/lab-state.ts';
import { useFolds, useTranslate } from '../../session/session-context.ts';
import { Mark } from '../../widgets/mark.tsx';
import './masks.css';

/** The masks possible, present and online: as bits and as the list that sysfs shows. */
export function Masks() {
  const translate = useTranslate();
  const log = useFolds('masks', 'chain');
  const selected = useLab(({ selection }) => selection?.sequence);
  if (!log) return null;
  const { masks, changedAt } = log.masks;
  const numbers = log.cpus.slots.map((_, number) => number);
  return (
    <section className={numbers.length > 4 ? 'masks masks-many' : 'masks'} aria-label={translate('masks.label')}>
      {MASK_NAMES.map((name) => {
        const cpus = masks.get(name) ?? new Set<number>();
        return (
          <div className="mask" key={name} data-mask={name}>
            <code className="mask-name" translate="no">
              {name}
            </code>
            <div className="mask-bits">
              {numbers.map((cpu) => {
                const set = cpus.has(cpu);
                const sequence = changedAt.get(`${name}:${cpu}`) ?? -1;
                const fresh = log.chain.roundStart >= 0 && sequence > log.chain.roundStart;
                const value = translate(set ? 'masks.yes' : 'masks.no');
                return (
                  <button
                    key={cpu}
                    type="button"
                    className="mask-bit"
                    data-set={set}
                    data-fresh={fresh}
                    aria-pressed={sequence >= 0 && sequence === selected}
                    aria-label={translate('masks.bit', { cpu, mask: name, value })}
                    disabled={sequence < 0}
                    onClick={() => selectEvent(sequence)}
                  >
                    {set ? <Mark shape={CONDITION_SHAPE[name]} size={12} /> : <span className="mask-unset">·</span>}
                  </button>
                );
              })}
            </div>
            <output className="mask-list mono">{formatCpuList(cpus) || translate('masks.empty')}</output>
          </div>
        );
      })}
    </section>
  );
}
