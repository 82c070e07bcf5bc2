import { useEffect, useId, useRef } from 'react';
import type { LogReader } from '../../../workers/protocol/log-format.ts';
import type { ComparedStep, Moment } from '../../session/compare/read-road.ts';
import { callStackAt } from '../../session/fold-tasks.ts';
import { isMessageKey, type Translate } from '../../session/i18n/translate.ts';
import { ROADS, type Subject, stageExplanation } from '../../session/roads.ts';
import { useTranslate } from '../../session/session-context.ts';
import { RichText } from '../../widgets/rich-text.tsx';
import { VerdictSign } from './verdict-sign.tsx';

const SIDES = ['gpe', 'ged'] as const;

/** Virtual time since the command: `+62.5 µs`, `+45.23 ms`. */
function formatAfter(ns: number): string {
  return ns < 1e6 ? `+${(ns / 1e3).toFixed(1)} µs` : `+${(ns / 1e6).toFixed(2)} ms`;
}

const runnerOf = (translate: Translate, { runner, event }: Moment): string =>
  event.task === 0 || event.vcpu < 0 ? runner : translate('compare.by', { task: runner, vcpu: event.vcpu });

interface Props {
  readonly compared: ComparedStep;
  readonly subject: Subject;
  readonly logs: Readonly<Record<(typeof SIDES)[number], LogReader>>;
  readonly open: boolean;
  readonly onToggle: () => void;
}

/** A step of both roads: what each did, who ran it, when; behind a click what it means and how it got there. */
export function CompareRow({ compared, subject, logs, open, onToggle }: Props) {
  const translate = useTranslate();
  const id = useId();
  const detail = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open) detail.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);
  const { step, verdict } = compared;
  return (
    <li className="compare-step" data-verdict={verdict} data-step={step.name}>
      <button type="button" className="compare-row" aria-expanded={open} aria-controls={id} onClick={onToggle}>
        <span className="compare-name">
          <VerdictSign verdict={verdict} />
          <span className="visually-hidden">{translate(`compare.${verdict}`)}: </span>
          <span>
            <RichText text={translate(`compare.step.${step.name}`)} />
          </span>
        </span>
        {SIDES.map((side) => {
          const moment = compared[side];
          return (
            <span className="compare-cell" key={side} data-side={side} data-empty={!moment}>
              <span className="visually-hidden">{translate(`compare.${side}`)}: </span>
              {moment ? (
                <>
                  <code className="compare-label" translate="no">
                    {moment.label}
                  </code>
                  <span className="compare-who">
                    <span className="mono" translate="no">
                      {runnerOf(translate, moment)}
                    </span>
                    <span className="compare-time">{formatAfter(moment.after)}</span>
                  </span>
                </>
              ) : (
                <span className="compare-nothing">{translate('compare.nothing')}</span>
              )}
            </span>
          );
        })}
      </button>
      <div ref={detail} id={id} className="compare-detail" hidden={!open}>
        {open && (
          <>
            <p className="compare-why">
              <RichText text={translate(`compare.why.${step.name}`)} />
            </p>
            {SIDES.map((side) => (
              <Side key={side} side={side} compared={compared} subject={subject} log={logs[side]} />
            ))}
          </>
        )}
      </div>
    </li>
  );
}

function Side(props: {
  readonly side: (typeof SIDES)[number];
  readonly compared: ComparedStep;
  readonly subject: Subject;
  readonly log: LogReader;
}) {
  const { side, compared, subject, log } = props;
  const translate = useTranslate();
  const moment = compared[side];
  const stage = compared.step.on[side]?.stage;
  if (!moment) return <div className="compare-side" data-side={side} />;
  const fn = `fn.${moment.label}`;
  const frames = callStackAt(log, moment.event.sequence);
  return (
    <div className="compare-side" data-side={side}>
      <h3 className="compare-side-name">{translate(`compare.${side}`)}</h3>
      {isMessageKey(fn) && (
        <p>
          <RichText text={translate(fn)} />
        </p>
      )}
      {stage && (
        <p>
          <RichText text={translate(stageExplanation(ROADS[side], stage, subject))} />
        </p>
      )}
      {frames.length > 0 && (
        <>
          <p className="compare-stack-title">{translate('compare.stack')}</p>
          <ol className="compare-stack" translate="no">
            {frames.map(({ fn: name, sequence, interrupt }) => (
              <li key={sequence} data-interrupt={interrupt}>
                <code>{name}</code>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}
