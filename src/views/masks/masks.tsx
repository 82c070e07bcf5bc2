import { type MouseEvent, memo } from 'react';
import { CONDITION_SHAPE } from '../../session/condition-mark.ts';
import { formatCpuList, MASK_NAMES } from '../../session/fold-masks.ts';
import { selectEvent, useLab } from '../../session/lab-state.ts';
import { useFolds, useTranslate } from '../../session/session-context.ts';
import { Mark } from '../../widgets/mark.tsx';
import './masks.css';

/** As many bits are buttons of their own; more are a grid. */
const MOST_BITS = 32;

/** The masks possible, present and online: as bits and as the list that sysfs shows. */
export function Masks() {
  const translate = useTranslate();
  const log = useFolds('masks', 'chain');
  const description = useLab((state) => state.description);
  const version = useLab((state) => state.versions.masks);
  const selected = useLab(({ selection }) => selection?.sequence);
  if (!log) return null;
  const { masks, changedAt } = log.masks;
  const numbers = log.cpus.slots.map((_, number) => number);
  const { roundStart } = log.chain;
  return (
    <section className={numbers.length > 4 ? 'masks masks-many' : 'masks'} aria-label={translate('masks.label')}>
      {MASK_NAMES.map((name) => {
        const cpus = masks.get(name) ?? new Set<number>();
        return (
          <div className="mask" key={name} data-mask={name}>
            <code className="mask-name" translate="no">
              {name}
            </code>
            {numbers.length > MOST_BITS ? (
              <MaskGrid
                key={description?.slots.length}
                version={version}
                name={name}
                cpus={cpus}
                count={numbers.length}
                changedAt={changedAt}
                roundStart={roundStart}
              />
            ) : (
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
            )}
            <output className="mask-list mono">{formatCpuList(cpus) || translate('masks.empty')}</output>
          </div>
        );
      })}
    </section>
  );
}

/** Cells in a row of the grid, and their size in the picture's own unit. */
const COLUMNS = 32;
const CELL = 8;

interface MaskGridProps {
  /** Counts the changes of the masks, which change in place. */
  readonly version: number;
  readonly name: string;
  readonly cpus: ReadonlySet<number>;
  readonly count: number;
  readonly changedAt: ReadonlyMap<string, number>;
  readonly roundStart: number;
}

/** Many bits: a picture with 32 to a row; a click on a cell shows the moment of its last change. */
const MaskGrid = memo(({ name, cpus, count, changedAt, roundStart }: MaskGridProps) => {
  const translate = useTranslate();
  const cells = { set: '', unset: '', fresh: '' };
  for (let cpu = 0; cpu < count; cpu++) {
    const x = (cpu % COLUMNS) * CELL;
    const y = Math.floor(cpu / COLUMNS) * CELL;
    const square = `M${x + 1} ${y + 1}h6v6h-6z`;
    if (cpus.has(cpu)) cells.set += square;
    else cells.unset += `M${x + 3} ${y + 3}h2v2h-2z`;
    if (roundStart >= 0 && (changedAt.get(`${name}:${cpu}`) ?? -1) > roundStart) cells.fresh += square;
  }
  const width = COLUMNS * CELL;
  const height = Math.ceil(count / COLUMNS) * CELL;
  const choose = (event: MouseEvent<SVGSVGElement>) => {
    const { left, top, width: shown } = event.currentTarget.getBoundingClientRect();
    const size = (shown / width) * CELL;
    const column = Math.floor((event.clientX - left) / size);
    const cpu = Math.floor((event.clientY - top) / size) * COLUMNS + column;
    selectEvent(changedAt.get(`${name}:${cpu}`) ?? -1);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a picture with its text beside it; the board's cells are for the keyboard
    <svg
      className="mask-grid"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${name}: ${formatCpuList(cpus) || translate('masks.empty')}`}
      onClick={choose}
    >
      <path className="mask-cells-unset" d={cells.unset} />
      <path className="mask-cells-set" d={cells.set} />
      <path className="mask-cells-fresh" d={cells.fresh} />
    </svg>
  );
});
