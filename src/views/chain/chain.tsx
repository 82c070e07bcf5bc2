import type { ChainState, StageHit } from '../../session/chain-state.ts';
import type { MessageKey } from '../../session/i18n/translate.ts';
import { select, useLab } from '../../session/lab-state.ts';
import type { LogStore } from '../../session/log-store.ts';
import {
  type AcpiWorkqueue,
  type ChainStage,
  GED_INTID,
  type RoadContext,
  roadOf,
  stageTitle,
} from '../../session/roads.ts';
import { useFolds, useTranslate } from '../../session/session-context.ts';
import { plainText, RichText } from '../../widgets/rich-text.tsx';
import './chain.css';
import { PsciLane } from './psci-lane.tsx';

/** Stages of the last context. On the way back what is in use is given up before the driver lets go of it. */
const LAST_STAGES: Readonly<Record<ChainState['subject'], Readonly<Record<'there' | 'back', readonly ChainStage[]>>>> =
  {
    cpu: { there: ['hotplug', 'driver', 'cpuhp', 'ost'], back: ['hotplug', 'cpuhp', 'driver', 'ost'] },
    memory: {
      there: ['hotplug', 'driver', 'blocks', 'ost'],
      back: ['hotplug', 'zones', 'blocks', 'ost'],
    },
  };

/** Contexts that are no task of the guest's. */
const OUTSIDE: ReadonlySet<RoadContext['name']> = new Set(['qemu', 'hardware', 'gic']);

const BY_SYSFS: readonly ChainStage[] = ['driver', 'zones'];

function lastStages({ subject, round, stages }: ChainState): readonly ChainStage[] {
  if (round === 'unplug') return LAST_STAGES[subject].back;
  if (subject === 'cpu') return LAST_STAGES.cpu.there;
  if (round === 'online' || round === 'offline') return BY_SYSFS;
  // With the policy to bring new blocks online, the hotplug work does that, too.
  return stages.has('zones') ? [...LAST_STAGES.memory.there, 'zones'] : LAST_STAGES.memory.there;
}

type Light = 'dark' | 'passed' | 'lit';

function lightOf(chain: ChainState, stage: ChainStage, hit: StageHit | undefined, resting: boolean): Light {
  if (!hit) return 'dark';
  return !resting && (hit.open > 0 || chain.newest === stage) ? 'lit' : 'passed';
}

/** From the monitor's command to the driver and back: each stage lights as it happens, with who runs it. */
export function Chain() {
  const translate = useTranslate();
  const log = useFolds('chain', 'tasks');
  const resting = useLab((state) => state.resting);
  const selection = useLab((state) => state.selection);
  const description = useLab((state) => state.description);
  if (!log) return null;
  const { chain } = log;
  const { contexts, psci } = roadOf(description);
  const road = (
    <ol className="chain" aria-label={translate('chain.label')}>
      {contexts.map(({ name, kernelName, queue, wokenBy, stages: forward }) => {
        const stages =
          name === 'hotplug' ? lastStages(chain) : name === 'sysfs' && chain.subject === 'memory' ? BY_SYSFS : forward;
        const lights = stages.map((stage) => lightOf(chain, stage, chain.stages.get(stage), resting || !log.watched));
        const light = lights.includes('lit') ? 'lit' : lights.includes('passed') ? 'passed' : 'dark';
        // What goes online or offline by sysfs takes none of the hops before.
        const bySysfs =
          name === 'sysfs' || (name === 'hotplug' && (chain.round === 'online' || chain.round === 'offline'));
        const shownName = bySysfs ? 'sysfs' : name;
        return (
          <li
            className="context"
            key={name}
            data-context={name}
            data-names={kernelName && !bySysfs ? 'kernel' : undefined}
            data-light={light}
          >
            <header className="context-head">
              <h3 className="context-name" translate={kernelName && !bySysfs ? 'no' : undefined}>
                {translate(`chain.context.${shownName}`)}
              </h3>
              <p className="context-rule">
                {translate(
                  bySysfs && chain.subject === 'memory' ? 'chain.rule.sysfsMemory' : `chain.rule.${shownName}`,
                )}
              </p>
              {!OUTSIDE.has(name) && (
                <code className="context-runner" translate="no">
                  {runnerOf(log, stages)}
                </code>
              )}
            </header>
            {bySysfs && (
              <code className="entrance" translate="no">
                {chain.subject === 'memory' ? 'state_store' : 'online_store'}
              </code>
            )}
            {wokenBy !== undefined && (
              <code className="entrance" translate="no">
                {wokenBy}
              </code>
            )}
            {queue && !bySysfs && <Queue queue={queue} log={log} />}
            <ul className="stages">
              {stages.map((stage, at) => (
                <li key={stage}>
                  <Stage
                    stage={stage}
                    light={lights[at] ?? 'dark'}
                    log={log}
                    chosen={selection?.of === 'stage' && selection.stage === stage}
                  />
                </li>
              ))}
            </ul>
          </li>
        );
      })}
    </ol>
  );
  // Memory comes and goes without the hypervisor: its road gets the room.
  if (!psci || (chain.subject === 'memory' && chain.psci.length === 0)) return road;
  return (
    <div className="chain-with-lane">
      {road}
      <PsciLane log={log} />
    </div>
  );
}

/** Who ran the newest of a context's stages: a task on a CPU. */
function runnerOf(log: LogStore, stages: readonly ChainStage[]): string {
  const hits = stages.flatMap((stage) => log.chain.stages.get(stage) ?? []);
  const newest = hits.reduce<StageHit | undefined>(
    (best, hit) => (best && best.last > hit.last ? best : hit),
    undefined,
  );
  return newest && newest.task !== 0 ? `${log.taskName(newest.task)} · CPU ${newest.vcpu}` : '';
}

/** What a stage's hardware holds now, beside what it did last. */
function detailOf(chain: ChainState, stage: ChainStage): string | undefined {
  if (stage === 'gpe') {
    const parts = ['STS', 'EN'].flatMap((name) => {
      const known = [...chain.registers].find(([register]) => register.startsWith(`GPE0_${name}`));
      return known ? [`${name} 0x${known[1].toString(16)}`] : [];
    });
    return parts.join(', ') || undefined;
  }
  if (stage === 'sci' && chain.sciVector >= 0) {
    return `level ${chain.sciLevel ? 1 : 0}, vector 0x${chain.sciVector.toString(16)}`;
  }
  if (stage === 'ged') {
    const events = chain.registers.get('ESEL');
    return events === undefined ? undefined : `ESEL 0x${events.toString(16)}`;
  }
  if (stage === 'gic' && chain.stages.has('gic')) {
    const { pending, active, masked } = chain.gic;
    const holds = [pending && 'pending', active && 'active', masked && 'masked'].filter((word) => word !== false);
    return `INTID ${GED_INTID} ${holds.join(', ') || 'inactive'}`;
  }
  return undefined;
}

function Stage(props: {
  readonly stage: ChainStage;
  readonly light: Light;
  readonly log: LogStore;
  readonly chosen: boolean;
}) {
  const { stage, light, log, chosen } = props;
  const translate = useTranslate();
  const hit = log.chain.stages.get(stage);
  const description = useLab((state) => state.description);
  const name = translate(stageTitle(roadOf(description), stage, log.chain.round === 'unplug'));
  const label = hit && light !== 'dark' ? hit.label : undefined;
  const detail = detailOf(log.chain, stage);
  return (
    <button
      type="button"
      className="stage"
      data-stage={stage}
      data-light={light}
      aria-pressed={chosen}
      onClick={() => select({ of: 'stage', stage, sequence: hit?.last ?? -1 })}
    >
      <span className="stage-name">{name}</span>
      {(label !== undefined || detail !== undefined) && (
        <code className="stage-label" translate="no" title={label}>
          {light === 'lit' ? (label ?? detail) : (detail ?? label)}
        </code>
      )}
    </button>
  );
}

const WHY: Readonly<Record<AcpiWorkqueue, MessageKey>> = {
  kacpid: 'chain.why.kacpid',
  kacpi_notify: 'chain.why.notify',
  kacpi_hotplug: 'chain.why.hotplug',
};

/** What waits between two contexts. */
function Queue({ queue, log }: { readonly queue: AcpiWorkqueue; readonly log: LogStore }) {
  const translate = useTranslate();
  const items = [...log.chain.works.values()].filter(({ workqueue }) => workqueue === queue);
  const finished = log.chain.finished.get(queue) ?? 0;
  const idle = finished > 0 ? translate('chain.finished', { count: finished }) : translate('chain.queueEmpty');
  return (
    <div className="queue" data-queue={queue} data-full={items.length > 0} title={plainText(translate(WHY[queue]))}>
      <span className="visually-hidden">
        <RichText text={translate('chain.queue', { queue })} />
      </span>
      {items.length === 0 && <span className="queue-idle">{idle}</span>}
      {items.map(({ work, fn, state }) => (
        <span className="work" key={work} data-state={state}>
          <code translate="no">{fn}</code>
          <span className="visually-hidden">{translate(`chain.${state}`)}</span>
        </span>
      ))}
    </div>
  );
}
