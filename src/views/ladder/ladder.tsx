import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react';
import type { CpuhpSection, CpuhpStateInfo } from '../../../workers/protocol/machine-api.ts';
import { CONDITION_SHAPE } from '../../session/condition-mark.ts';
import { type CpuCondition, slotOfCpu } from '../../session/fold-cpus.ts';
import type { LadderCpu, RunningStep } from '../../session/fold-ladder.ts';
import { namedState } from '../../session/fold-ladder.ts';
import { formatCpuList } from '../../session/fold-masks.ts';
import { select, useLab } from '../../session/lab-state.ts';
import { useFolds, useTranslate } from '../../session/session-context.ts';
import { Button } from '../../widgets/button.tsx';
import { Mark } from '../../widgets/mark.tsx';
import { RichText } from '../../widgets/rich-text.tsx';
import './ladder.css';

const ROW = 24;

/** As many CPUs have lanes of their own; of more, those that move have, and the others are counted. */
const MOST_LANES = 8;
const MOST_MOVING = 5;
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

interface ShownCpu {
  readonly cpu: number;
  readonly condition: CpuCondition;
  readonly ladder: LadderCpu | undefined;
}

/** Which CPUs have a lane: all of a few; of many those on the move and the one that moved last. */
function chooseLanes(cpus: readonly ShownCpu[], lastMoved: number): readonly ShownCpu[] {
  if (cpus.length <= MOST_LANES) return cpus;
  const moving = cpus.filter(({ cpu, ladder }) => cpu === lastMoved || (ladder && ladder.direction !== 'resting'));
  return moving.slice(0, MOST_MOVING);
}

function groupByState(
  cpus: readonly ShownCpu[],
  stateOf: (cpu: ShownCpu) => number | undefined,
): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const cpu of cpus) {
    const state = stateOf(cpu);
    if (state === undefined) continue;
    const group = groups.get(state);
    if (group) group.push(cpu.cpu);
    else groups.set(state, [cpu.cpu]);
  }
  return groups;
}

/** The ladder that every CPU climbs and descends: rungs are the kernel's states, each CPU has a marker. */
export function Ladder() {
  const translate = useTranslate();
  const log = useFolds('ladder', 'cpus');
  const states = useLab((state) => state.description?.cpuhpStates);
  const selection = useLab((state) => state.selection);
  const [follow, setFollow] = useState(true);
  const [focused, setFocused] = useState<number>();
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
  const rowOf = (state: number) => namedState(states, state)?.state ?? 0;
  const lanes = chooseLanes(cpus, log.ladder.lastMoved);
  const others = lanes.length < cpus.length ? cpus.filter((cpu) => !lanes.includes(cpu)) : [];
  const restingAt = groupByState(others, ({ ladder }) => rowOf(ladder?.state ?? 0));
  const here = groupByState(cpus, ({ ladder }) => rowOf(ladder?.state ?? 0));
  const failedHere = groupByState(cpus, ({ ladder }) => ladder?.failed && rowOf(ladder.failed.step));
  const describe = ({ state, name, startup, teardown }: CpuhpStateInfo): string => {
    const parts = [translate('ladder.rung', { state, name }), startup ?? teardown ?? ''];
    const present = here.get(state);
    const failed = failedHere.get(state);
    if (present) parts.push(translate('ladder.here', { cpus: formatCpuList(present) }));
    if (failed) parts.push(translate('ladder.failedHere', { cpus: formatCpuList(failed) }));
    return parts.filter(Boolean).join(', ');
  };
  const laneCount = lanes.length + (others.length > 0 ? 1 : 0);
  const rungs = layout.rows.flatMap((row) => ('info' in row ? [row.info.state] : []));
  const onKeyDown = (event: KeyboardEvent) => {
    stopFollowing();
    const at = rungs.indexOf(focused ?? rungs[0] ?? 0);
    const steps: Readonly<Record<string, number>> = {
      ArrowUp: Math.max(0, at - 1),
      ArrowDown: Math.min(rungs.length - 1, at + 1),
      PageUp: Math.max(0, at - 8),
      PageDown: Math.min(rungs.length - 1, at + 8),
      Home: 0,
      End: rungs.length - 1,
    };
    const next = rungs[steps[event.key] ?? -1];
    if (next === undefined) return;
    event.preventDefault();
    setFocused(next);
    scroller.current?.querySelector<HTMLElement>(`[data-rung="${next}"]`)?.focus();
  };

  return (
    <div className={laneCount > 4 ? 'ladder ladder-narrow' : 'ladder'}>
      <div className="ladder-head" style={{ gridTemplateColumns: `1fr repeat(${laneCount}, var(--lane))` }}>
        <p className="ladder-now" aria-hidden="true">
          {moved && <Now ladder={moved} />}
        </p>
        {lanes.map(({ cpu, condition }) => (
          <span className="lane-head" key={cpu} data-condition={condition} title={translate(`condition.${condition}`)}>
            <Mark shape={CONDITION_SHAPE[condition]} size={11} />
            <span className="lane-name">{laneCount > 4 ? cpu : translate('board.cpu', { cpu })}</span>
          </span>
        ))}
        {others.length > 0 && <span className="lane-head lane-name">{translate('ladder.others')}</span>}
      </div>
      <div
        className="ladder-scroll"
        ref={scroller}
        role="listbox"
        tabIndex={-1}
        aria-label={translate('ladder.label')}
        onWheel={stopFollowing}
        onPointerDown={stopFollowing}
        onKeyDown={onKeyDown}
      >
        <div className="ladder-sheet" style={{ height: layout.height }}>
          {SECTIONS.map((section) => (
            // biome-ignore lint/a11y/useSemanticElements: a group of options, not of form fields
            <div className="rungs" role="group" aria-label={translate(`ladder.${section}`)} key={section}>
              <div className="rung-section" aria-hidden="true">
                {translate(`ladder.${section}`)}
              </div>
              {layout.rows.map((row) =>
                'info' in row && row.info.section === section ? (
                  <Rung
                    key={row.info.state}
                    info={row.info}
                    label={describe(row.info)}
                    direction={activity.get(row.info.state)?.ladder.direction}
                    callback={activity.get(row.info.state)?.callback}
                    chosen={chosen === row.info.state}
                    failed={failedHere.has(row.info.state)}
                    lanes={laneCount}
                    reached={(focused ?? rungs[0]) === row.info.state}
                    onReach={setFocused}
                  />
                ) : null,
              )}
            </div>
          ))}
          <div className="lanes" aria-hidden="true">
            {lanes.map(({ cpu, condition, ladder }) => (
              <Lane
                key={cpu}
                condition={condition}
                y={layout.middleOf.get(rowOf(ladder?.state ?? 0)) ?? layout.height}
                target={
                  ladder && ladder.direction !== 'resting' && ladder.target !== ladder.state
                    ? layout.middleOf.get(rowOf(ladder.target))
                    : undefined
                }
                failedAt={ladder?.failed && layout.middleOf.get(rowOf(ladder.failed.step))}
                height={layout.height}
              />
            ))}
            {others.length > 0 && (
              <div className="lane">
                <span className="lane-track" />
                {[...restingAt].map(([state, numbers]) => (
                  <span
                    key={state}
                    className="lane-count"
                    style={{ transform: `translateY(${layout.middleOf.get(state) ?? 0}px)` }}
                  >
                    {numbers.length}
                  </span>
                ))}
              </div>
            )}
          </div>
        </div>
      </div>
      {!follow && (
        <Button className="ladder-follow" look="outlined" icon="target" onClick={() => setFollow(true)}>
          {translate('ladder.follow')}
        </Button>
      )}
      <table className="visually-hidden">
        <caption>{translate('ladder.label')}</caption>
        <tbody>
          {cpus.map(({ cpu, condition, ladder }) => (
            <CpuRow
              key={cpu}
              cpu={cpu}
              state={ladder?.state ?? 0}
              name={namedState(states, ladder?.state ?? 0)?.name ?? ''}
              condition={condition}
            />
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
  if (ladder.failed && ladder.rolledBack) {
    const { target } = ladder;
    text = translate(`ladder.turned.${ladder.direction}`, { step: ladder.failed.step, target });
  } else if (ladder.failed) {
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

interface CpuRowProps {
  readonly cpu: number;
  readonly state: number;
  readonly name: string;
  readonly condition: CpuCondition;
}

const CpuRow = memo(({ cpu, state, name, condition }: CpuRowProps) => {
  const translate = useTranslate();
  return (
    <tr data-cpu={cpu} data-state={state}>
      <th scope="row">{translate('board.cpu', { cpu })}</th>
      <td>{`${state} ${name}`}</td>
      <td>{translate(`condition.${condition}`)}</td>
    </tr>
  );
});

interface RungProps {
  readonly info: CpuhpStateInfo;
  /** The rung in words, with the CPUs that stand on it. */
  readonly label: string;
  readonly direction: LadderCpu['direction'] | undefined;
  /** The callback that runs now. */
  readonly callback: string | undefined;
  readonly chosen: boolean;
  readonly failed: boolean;
  readonly lanes: number;
  /** The Tab key comes to this rung. */
  readonly reached: boolean;
  readonly onReach: (state: number) => void;
}

const Rung = memo(({ info, label, direction, callback, chosen, failed, lanes, reached, onReach }: RungProps) => (
  <button
    type="button"
    role="option"
    tabIndex={reached ? 0 : -1}
    className="rung-button"
    data-rung={info.state}
    data-direction={direction}
    data-failed={failed}
    aria-selected={chosen}
    aria-label={label}
    style={{ paddingRight: `calc(${lanes} * var(--lane) + 8px)` }}
    onFocus={() => onReach(info.state)}
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
