import { memo, useEffect, useRef, useState } from 'react';
import type { CpuhpSection, CpuhpStateInfo } from '../../../workers/protocol/machine-api.ts';
import { CONDITION_SHAPE } from '../../session/condition-mark.ts';
import { type CpuCondition, slotOfCpu } from '../../session/fold-cpus.ts';
import type { LadderCpu, RunningStep } from '../../session/fold-ladder.ts';
import { namedState } from '../../session/fold-ladder.ts';
import { select, useLab } from '../../session/lab-state.ts';
import { useFolds, useTranslate } from '../../session/session-context.ts';
import { Button } from '../../widgets/button.tsx';
import { Mark } from '../../widgets/mark.tsx';
import { RichText } from '../../widgets/rich-text.tsx';
import './ladder.css';

const ROW = 20;
const SECTIONS: readonly CpuhpSection[] = ['ONLINE', 'STARTING', 'PREPARE'];

interface Layout {
  readonly rows: readonly ({ readonly section: CpuhpSection } | { readonly info: CpuhpStateInfo })[];
  /** Middle of a state's rung, from the top. */
  readonly middleOf: ReadonlyMap<number, number>;
  readonly height: number;
}

function layOut(states: readonly CpuhpStateInfo[]): Layout {
  const rows: Layout['rows'][number][] = [];
  const middleOf = new Map<number, number>();
  for (const section of SECTIONS) {
    rows.push({ section });
    for (const info of states.filter((state) => state.section === section).toReversed()) {
      middleOf.set(info.state, (rows.length + 0.5) * ROW);
      rows.push({ info });
    }
  }
  return { rows, middleOf, height: rows.length * ROW };
}

/** The callback that was called last, while the CPU is on its way. */
function currentStep(ladder: LadderCpu): RunningStep | undefined {
  return ladder.direction === 'resting' ? undefined : ladder.lastStep;
}

/** The ladder that every CPU climbs and descends: rungs are the kernel's states, each CPU has a marker. */
export function Ladder() {
  const translate = useTranslate();
  const log = useFolds('ladder', 'cpus');
  const states = useLab((state) => state.description?.cpuhpStates);
  const selection = useLab((state) => state.selection);
  const [follow, setFollow] = useState(true);
  const scroller = useRef<HTMLDivElement>(null);
  const [laidOut, setLaidOut] = useState<{ states: readonly CpuhpStateInfo[]; layout: Layout }>();
  if (states && laidOut?.states !== states) setLaidOut({ states, layout: layOut(states) });
  const layout = laidOut?.layout;

  const moved = log?.ladder.cpus.get(log.ladder.lastMoved);
  const movedTo = states && moved ? namedState(states, currentStep(moved)?.step ?? moved.state)?.state : undefined;
  const y = movedTo === undefined ? undefined : layout?.middleOf.get(movedTo);
  useEffect(() => {
    const box = scroller.current;
    if (!box || !follow || y === undefined) return;
    const margin = Math.min(60, box.clientHeight / 4);
    if (y < box.scrollTop + margin || y > box.scrollTop + box.clientHeight - margin) {
      // A long way is jumped: a slow ride would be overtaken by the next step.
      const near = Math.abs(y - box.scrollTop - box.clientHeight / 2) < box.clientHeight;
      const smooth = near && !matchMedia('(prefers-reduced-motion: reduce)').matches;
      box.scrollTo({ top: y - box.clientHeight / 2, behavior: smooth ? 'smooth' : 'auto' });
    }
  }, [follow, y]);

  if (!log || !states || !layout) return null;
  const cpus = log.cpus.slots
    .filter((slot) => slot.cpu >= 0)
    .map((slot) => ({ cpu: slot.cpu, condition: slot.condition, ladder: log.ladder.cpus.get(slot.cpu) }))
    .sort((a, b) => a.cpu - b.cpu);
  // A step on the control CPU lasts while others run in the CPU's own thread: both rungs are marked.
  const activity = new Map<number, { readonly ladder: LadderCpu; readonly callback: string }>();
  for (const { ladder } of cpus) {
    const current = ladder && currentStep(ladder);
    for (const { step, callback } of [...(ladder?.running ?? []), ...(current ? [current] : [])]) {
      if (ladder) activity.set(step, { ladder, callback });
    }
  }
  const chosen = selection?.of === 'state' ? selection.state : undefined;
  const stopFollowing = () => setFollow(false);

  return (
    <div className="ladder">
      <div className="ladder-head" style={{ gridTemplateColumns: `1fr repeat(${cpus.length}, var(--lane))` }}>
        <p className="ladder-now" aria-hidden="true">
          {moved && <Now ladder={moved} />}
        </p>
        {cpus.map(({ cpu, condition }) => (
          <span className="lane-head" key={cpu} data-condition={condition} title={translate(`condition.${condition}`)}>
            <Mark shape={CONDITION_SHAPE[condition]} size={11} />
            <span className="lane-name">{cpus.length > 8 ? cpu : translate('board.cpu', { cpu })}</span>
          </span>
        ))}
      </div>
      <section
        className="ladder-scroll"
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
        tabIndex={0}
        aria-label={translate('ladder.label')}
        onWheel={stopFollowing}
        onPointerDown={stopFollowing}
        onKeyDown={stopFollowing}
      >
        <div className="ladder-sheet" style={{ height: layout.height }}>
          <ol className="rungs">
            {layout.rows.map((row) =>
              'section' in row ? (
                <li className="rung-section" key={row.section}>
                  {translate(`ladder.${row.section}`)}
                </li>
              ) : (
                <Rung
                  key={row.info.state}
                  info={row.info}
                  direction={activity.get(row.info.state)?.ladder.direction}
                  callback={activity.get(row.info.state)?.callback}
                  chosen={chosen === row.info.state}
                  lanes={cpus.length}
                />
              ),
            )}
          </ol>
          <div className="lanes" aria-hidden="true">
            {cpus.map(({ cpu, condition, ladder }) => (
              <Lane
                key={cpu}
                condition={condition}
                y={layout.middleOf.get(namedState(states, ladder?.state ?? 0)?.state ?? 0) ?? layout.height}
                target={
                  ladder && ladder.direction !== 'resting' && ladder.target !== ladder.state
                    ? layout.middleOf.get(namedState(states, ladder.target)?.state ?? 0)
                    : undefined
                }
                failedAt={ladder?.failed && layout.middleOf.get(namedState(states, ladder.failed.step)?.state ?? 0)}
                height={layout.height}
              />
            ))}
          </div>
        </div>
      </section>
      {!follow && (
        <Button className="ladder-follow" look="outlined" icon="target" onClick={() => setFollow(true)}>
          {translate('ladder.follow')}
        </Button>
      )}
      <table className="visually-hidden">
        <caption>{translate('ladder.label')}</caption>
        <tbody>
          {cpus.map(({ cpu, condition, ladder }) => (
            <tr key={cpu} data-cpu={cpu} data-state={ladder?.state ?? 0}>
              <th scope="row">{translate('board.cpu', { cpu })}</th>
              <td>{`${ladder?.state ?? 0} ${namedState(states, ladder?.state ?? 0)?.name ?? ''}`}</td>
              <td>{translate(`condition.${condition}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Who climbs now, and who moves it. */
function Now({ ladder }: { readonly ladder: LadderCpu }) {
  const translate = useTranslate();
  const log = useFolds('ladder', 'tasks');
  const running = currentStep(ladder);
  const slot = log && slotOfCpu(log.cpus, ladder.cpu);
  if (!log) return null;
  let text = translate('ladder.resting');
  if (ladder.failed) {
    text = translate('ladder.failed', { callback: ladder.failed.callback, ret: ladder.failed.ret });
  } else if (running) {
    const task = log.taskName(running.task);
    text = translate('ladder.runs', { callback: running.callback, task, cpu: running.vcpu });
  } else if (ladder.direction !== 'resting') {
    text = translate(`ladder.${ladder.direction}`, { target: ladder.target });
  }
  return (
    <>
      <span className="ladder-cpu" data-condition={slot?.condition}>
        {translate('board.cpu', { cpu: ladder.cpu })}
      </span>{' '}
      <RichText text={text} />
    </>
  );
}

interface RungProps {
  readonly info: CpuhpStateInfo;
  readonly direction: LadderCpu['direction'] | undefined;
  /** The callback that runs now. */
  readonly callback: string | undefined;
  readonly chosen: boolean;
  readonly lanes: number;
}

const Rung = memo(({ info, direction, callback, chosen, lanes }: RungProps) => (
  <li className="rung">
    <button
      type="button"
      tabIndex={-1}
      className="rung-button"
      data-direction={direction}
      aria-pressed={chosen}
      style={{ paddingRight: `calc(${lanes} * var(--lane) + 8px)` }}
      onClick={() => select({ of: 'state', state: info.state, sequence: -1 })}
    >
      <span className="rung-number">{info.state}</span>
      <code className="rung-name" translate="no">
        {info.name}
      </code>
      <code className="rung-callback" translate="no">
        {callback ?? info.startup ?? info.teardown ?? ''}
      </code>
    </button>
  </li>
));

interface LaneProps {
  readonly condition: CpuCondition;
  readonly y: number;
  readonly target: number | undefined;
  readonly failedAt: number | undefined;
  readonly height: number;
}

/** One CPU's way: filled up to where it stands, with a marker there and a line at its target. */
const Lane = memo(({ condition, y, target, failedAt, height }: LaneProps) => (
  <div className="lane" data-condition={condition}>
    <span className="lane-track" />
    <span className="lane-climbed" style={{ transform: `scaleY(${Math.max(0, 1 - y / height)})` }} />
    {target !== undefined && <span className="lane-target" style={{ transform: `translateY(${target}px)` }} />}
    {failedAt !== undefined && (
      <span className="lane-failed" style={{ transform: `translateY(${failedAt}px)` }}>
        <Mark shape="cross" size={12} />
      </span>
    )}
    <span className="lane-marker" style={{ transform: `translateY(${y}px)` }}>
      <Mark shape={CONDITION_SHAPE[condition]} size={14} />
    </span>
  </div>
));
