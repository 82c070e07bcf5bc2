import { useEffect, useMemo, useState } from 'react';
import type { LabEvent } from '../../../workers/protocol/log-format.ts';
import type { CpuhpStateInfo } from '../../../workers/protocol/machine-api.ts';
import { callStackAt, type Frame, type TaskState } from '../../session/fold-tasks.ts';
import { isMessageKey, type Language } from '../../session/i18n/translate.ts';
import { type Selection, select, selectEvent, useLab } from '../../session/lab-state.ts';
import type { LogStore } from '../../session/log-store.ts';
import { type ChainStage, type Road, roadOf, stageExplanation, stageTitle } from '../../session/roads.ts';
import { useFolds, useSession, useTranslate } from '../../session/session-context.ts';
import { formatTime } from '../../session/words.ts';
import { Button } from '../../widgets/button.tsx';
import { CopyButton } from '../../widgets/copy-button.tsx';
import { Icon } from '../../widgets/icon.tsx';
import { RichText } from '../../widgets/rich-text.tsx';
import './inspector.css';

/** What was chosen anywhere on the page, or else what happens now: call stack, facts, explanation. */
export function Inspector() {
  const log = useFolds('tasks', 'chain', 'ladder', 'devices');
  const selection = useLab((state) => state.selection);
  const translate = useTranslate();
  if (!log) return null;
  const label = selection
    ? translate('inspector.selected', { sequence: selection.sequence })
    : translate('inspector.live');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
    <section className="inspector" tabIndex={0} aria-label={label}>
      {selection ? <Selected log={log} selection={selection} /> : <Live log={log} />}
    </section>
  );
}

function Selected({ log, selection }: { readonly log: LogStore; readonly selection: Selection }) {
  const states = useLab((state) => state.description?.cpuhpStates);
  const event = log.reader.at(selection.sequence);
  const info = selection.of === 'state' ? states?.find(({ state }) => state === selection.state) : undefined;
  return (
    <>
      <Head sequence={event?.sequence} />
      {selection.of === 'stage' && <StageFacts stage={selection.stage} log={log} />}
      {selection.of === 'stage' && <Registers stage={selection.stage} log={log} />}
      {info && <StateFacts info={info} />}
      {event && <EventStack event={event} log={log} />}
      {event && <EventFacts event={event} log={log} />}
    </>
  );
}

function Head({ sequence }: { readonly sequence: number | undefined }) {
  const translate = useTranslate();
  return (
    <div className="inspector-head">
      <Button icon="left" look="outlined" onClick={() => select(undefined)}>
        {translate('inspector.back')}
      </Button>
      {sequence !== undefined && (
        <span className="inspector-walk">
          <Button icon="left" aria-label={translate('inspector.previous')} onClick={() => selectEvent(sequence - 1)} />
          <span className="mono">{sequence}</span>
          <Button icon="right" aria-label={translate('inspector.next')} onClick={() => selectEvent(sequence + 1)} />
        </span>
      )}
    </div>
  );
}

function Live({ log }: { readonly log: LogStore }) {
  const translate = useTranslate();
  const resting = useLab((state) => state.resting);
  const { lastStack } = log;
  if (resting || !lastStack) {
    return (
      <>
        <p className="inspector-idle">{translate(resting ? 'inspector.idle' : 'inspector.noStack')}</p>
        {resting && <WhyHops />}
        <p className="inspector-note">{translate('inspector.estimate')}</p>
      </>
    );
  }
  return <Backtrace {...lastStack} />;
}

/** What a reader asks who looks at the chain for the first time. */
function WhyHops() {
  const translate = useTranslate();
  const road = useRoad();
  if (road.answers.length === 0) return null;
  return (
    <section className="why">
      <h3>{translate(road.question)}</h3>
      <ol>
        {road.answers.map((key) => (
          <li key={key}>
            <RichText text={translate(key)} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function EventStack({ event, log }: { readonly event: LabEvent; readonly log: LogStore }) {
  const frames = useMemo(() => callStackAt(log.reader, event.sequence), [log, event.sequence]);
  const task = log.tasks.tasks.get(event.task);
  return task && frames.length > 0 ? <Backtrace task={task} vcpu={event.vcpu} frames={frames} /> : null;
}

interface BacktraceProps {
  readonly task: TaskState;
  readonly vcpu: number;
  /** Innermost first. */
  readonly frames: readonly Frame[];
}

/** A call stack in the shape that the kernel prints it in, with what the innermost function known to us does. */
function Backtrace({ task, vcpu, frames }: BacktraceProps) {
  const translate = useTranslate();
  const session = useSession();
  const breakpoints = useLab((state) => state.breakpoints);
  const explained = frames.map(({ fn }) => `fn.${fn}`).find(isMessageKey);
  const lines = frames.map(({ fn, interrupt }) => `  ${fn}${interrupt ? '\n </IRQ>' : ''}`);
  const text = `CPU: ${vcpu} PID: ${Math.max(task.pid, 0)} Comm: ${task.name}\nCall Trace:\n${lines.join('\n')}`;
  return (
    <section className="backtrace" aria-label={translate('inspector.stack')}>
      {explained && (
        <p className="explanation">
          <code translate="no">{explained.slice(3)}</code>
          <span>
            <RichText text={translate(explained)} />
          </span>
        </p>
      )}
      <header className="backtrace-head">
        <code translate="no">
          CPU: {vcpu} PID: {Math.max(task.pid, 0)} Comm: {task.name}
        </code>
        <CopyButton text={text} label={translate('inspector.copy')} done={translate('inspector.copied')} />
      </header>
      <p className="mono backtrace-title" translate="no">
        Call Trace:
      </p>
      <ol className="frames">
        {frames.map(({ fn, interrupt, sequence }, depth) => (
          <li key={sequence} data-interrupt={interrupt}>
            <button
              type="button"
              className="frame"
              data-innermost={depth === 0}
              translate="no"
              onClick={() => selectEvent(sequence)}
            >
              {fn}
            </button>
            {interrupt && <span className="frame-interrupt">{translate('inspector.interrupted')}</span>}
            <button
              type="button"
              className="frame-break"
              aria-pressed={breakpoints.includes(fn)}
              aria-label={translate('breakpoints.at', { fn })}
              title={translate('breakpoints.at', { fn })}
              onClick={() => void session.toggleBreakpoint(fn).catch(() => {})}
            >
              <Icon name="stop" />
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function useRoad(): Road {
  return roadOf(useLab((state) => state.description));
}

function StageFacts({ stage, log }: { readonly stage: ChainStage; readonly log: LogStore }) {
  const translate = useTranslate();
  const road = useRoad();
  const { accesses, subject } = log.chain;
  return (
    <section>
      <h3 className="inspector-title">{translate(stageTitle(road, stage, false))}</h3>
      <p className="explanation-text">
        <RichText text={translate(stageExplanation(road, stage, subject))} />
      </p>
      {stage === 'registers' && accesses.length > 0 && (
        <ol className="accesses">
          {accesses.map(({ sequence, text }) => (
            <li key={sequence}>
              <button type="button" className="access" translate="no" onClick={() => selectEvent(sequence)}>
                {text}
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** Stands for the register block of the round's subject. */
const HOTPLUG = 'hotplug';

/** Devices whose registers a stage of the road is about. */
const DEVICES_OF_STAGE: Readonly<Partial<Record<ChainStage, readonly string[]>>> = {
  device: [HOTPLUG],
  registers: [HOTPLUG],
  gpe: ['GPE0', 'PM1'],
  sci: ['GPE0', 'PM1', 'IO-APIC', 'LAPIC'],
  interrupt: ['GPE0', 'PM1', 'IO-APIC', 'LAPIC'],
  aml: [HOTPLUG],
  ost: [HOTPLUG],
};

/** What the devices' registers hold now, as far as the log has told; the bits that mean something by name. */
function Registers({ stage, log }: { readonly stage: ChainStage; readonly log: LogStore }) {
  const translate = useTranslate();
  const rows = (DEVICES_OF_STAGE[stage] ?? []).flatMap((name) => {
    const device = name === HOTPLUG ? `${log.chain.subject}-hotplug` : name;
    return [...(log.devices.registers.get(device) ?? [])];
  });
  if (rows.length === 0) return null;
  return (
    <section>
      <h4 className="registers-title">{translate('inspector.registers')}</h4>
      <table className="registers">
        <tbody>
          {rows.map(([name, { value, bits, sequence }]) => (
            <tr key={name}>
              <th scope="row" translate="no">
                {name}
              </th>
              <td>
                <button type="button" className="access" translate="no" onClick={() => selectEvent(sequence)}>
                  {value}
                </button>
              </td>
              <td className="register-bits" translate="no">
                {bits}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function StateFacts({ info }: { readonly info: CpuhpStateInfo }) {
  const translate = useTranslate();
  const language = useLab((state) => state.preferences.language);
  const texts = useStateTexts();
  const text = texts?.[info.name]?.[language];
  return (
    <section>
      <h3 className="inspector-title mono" translate="no">
        {info.name}
      </h3>
      <p className="explanation-text">{text !== undefined && <RichText text={text} />}</p>
      <p className="explanation-text">{translate(`ladder.${info.section}`)}</p>
      <dl className="facts">
        <dt>state</dt>
        <dd>{info.state}</dd>
        <dt>startup</dt>
        <dd translate="no">{info.startup ?? '–'}</dd>
        <dt>teardown</dt>
        <dd translate="no">{info.teardown ?? '–'}</dd>
        {info.multi && (
          <>
            <dt>multi</dt>
            <dd>{translate('masks.yes')}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

type StateTexts = Readonly<Record<string, Readonly<Record<Language, string>>>>;

/** The sentences for the cpuhp states, once they have been loaded. */
function useStateTexts(): StateTexts | undefined {
  const [texts, setTexts] = useState<StateTexts>();
  useEffect(() => {
    let current = true;
    import('../../session/i18n/cpuhp-states.ts').then(
      ({ CPUHP_STATE_TEXTS }) => current && setTexts(CPUHP_STATE_TEXTS),
      () => {},
    );
    return () => {
      current = false;
    };
  }, []);
  return texts;
}

function EventFacts({ event, log }: { readonly event: LabEvent; readonly log: LogStore }) {
  const translate = useTranslate();
  return (
    <section aria-label={translate('inspector.fields')}>
      <dl className="facts">
        <dt>{translate('inspector.kind')}</dt>
        <dd translate="no">{event.kind}</dd>
        <dt>{translate('inspector.time')}</dt>
        <dd>{formatTime(event.time)} s</dd>
        {event.task !== 0 && (
          <>
            <dt>{translate('inspector.task')}</dt>
            <dd translate="no">{log.taskName(event.task)}</dd>
          </>
        )}
        {event.vcpu >= 0 && (
          <>
            <dt>{translate('inspector.vcpu')}</dt>
            <dd>{event.vcpu}</dd>
          </>
        )}
        {Object.entries(event.fields).map(([name, value]) => (
          <FieldRow key={name} name={name} value={value} />
        ))}
      </dl>
    </section>
  );
}

const HEX_FIELDS: ReadonlySet<string> = new Set(['vector', 'status', 'from', 'to', 'offset', 'a', 'b', 'c']);

function FieldRow({ name, value }: { readonly name: string; readonly value: string | number }) {
  const shown = typeof value === 'number' && HEX_FIELDS.has(name) ? `0x${value.toString(16)}` : String(value);
  return (
    <>
      <dt translate="no">{name}</dt>
      <dd translate="no">{shown}</dd>
    </>
  );
}
