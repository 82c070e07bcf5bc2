import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { LogReader } from '../../../workers/protocol/log-format.ts';
import { compareRoads, type Verdict } from '../../session/compare/read-road.ts';
import { COMPARED, comparedScenario, runMachine } from '../../session/compare/run-machine.ts';
import { type CompareSubject, isCompareSubject, SUBJECTS } from '../../session/compare/steps.ts';
import { loadCompareSentences } from '../../session/i18n/translate.ts';
import { useTranslate } from '../../session/session-context.ts';
import { Button } from '../../widgets/button.tsx';
import { PanelTabs } from '../../widgets/panel-tabs.tsx';
import { RichText } from '../../widgets/rich-text.tsx';
import { CompareRow } from './compare-row.tsx';
import { VerdictSign } from './verdict-sign.tsx';
import './compare.css';

const VERDICTS: readonly Verdict[] = ['same', 'alike', 'differs', 'one'];
const SUBJECT_NAMES = ['dimm', 'cpu'] as const satisfies readonly CompareSubject[];

interface Logs {
  readonly gpe: LogReader;
  readonly ged: LogReader;
}
type Run = { readonly of: 'running' } | { readonly of: 'failed'; readonly reason: string } | ({ of: 'done' } & Logs);

/** The logs of two machines, one of each type, that run once with the same inputs. */
function useTwoMachines(attempt: number): Run {
  const [run, setRun] = useState<Run>({ of: 'running' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt runs them again
  useEffect(() => {
    const abort = new AbortController();
    setRun({ of: 'running' });
    Promise.all([
      runMachine(comparedScenario('gpe'), abort.signal),
      runMachine(comparedScenario('ged'), abort.signal),
    ]).then(
      ([gpe, ged]) => setRun({ of: 'done', gpe, ged }),
      (error: unknown) => {
        if (!abort.signal.aborted) setRun({ of: 'failed', reason: error instanceof Error ? error.message : '' });
      },
    );
    return () => abort.abort();
  }, [attempt]);
  return run;
}

interface Props {
  /** As the address has it: an unknown one is the first. */
  readonly subject: string;
  readonly onSubject: (subject: CompareSubject) => void;
  readonly onClose: () => void;
}

/** The road of a PC beside that of arm64's `virt`, step by step, from the logs of two machines. */
export function Compare({ subject, ...rest }: Props) {
  const [known, setKnown] = useState(false);
  useEffect(() => {
    const know = () => setKnown(true);
    loadCompareSentences().then(know, know);
  }, []);
  return known ? <Comparison subject={isCompareSubject(subject) ? subject : 'dimm'} {...rest} /> : null;
}

function Comparison({ subject, onSubject, onClose }: Props & { readonly subject: CompareSubject }) {
  const translate = useTranslate();
  const [attempt, setAttempt] = useState(0);
  const run = useTwoMachines(attempt);
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
    element.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  }, []);
  return (
    <dialog ref={element} className="compare" aria-labelledby="compare-title" onClose={onClose}>
      <header className="compare-head">
        <div className="compare-heading">
          <h2 id="compare-title">{translate('compare.title')}</h2>
          <PanelTabs
            label={translate('compare.subject')}
            tabs={SUBJECT_NAMES.map((name) => ({ name, title: translate(`compare.${name}`) }))}
            chosen={subject}
            onChoose={onSubject}
          />
          <Button icon="close" aria-label={translate('compare.close')} onClick={() => element.current?.close()} />
        </div>
        <p className="compare-lead">
          <RichText text={translate('compare.lead')} />
        </p>
      </header>
      {run.of === 'running' && (
        <p className="compare-state" role="status">
          {translate('compare.running')}
        </p>
      )}
      {run.of === 'failed' && (
        <div className="compare-state" role="alert">
          <p>{translate('compare.failed', { reason: run.reason })}</p>
          <Button look="primary" onClick={() => setAttempt(attempt + 1)}>
            {translate('compare.again')}
          </Button>
        </div>
      )}
      {run.of === 'done' && <Roads key={subject} logs={run} subject={subject} />}
    </dialog>
  );
}

/** Arrow keys walk along the steps. */
function onArrows(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !(event.target instanceof HTMLElement) || !event.target.matches('.compare-row')) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('.compare-row')];
  const next = rows[rows.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function Roads({ logs, subject }: { readonly logs: Logs; readonly subject: CompareSubject }) {
  const translate = useTranslate();
  const [only, setOnly] = useState(false);
  const [open, setOpen] = useState<string>();
  const [parts] = useState(() =>
    SUBJECTS[subject].map((part) => ({ part, steps: compareRoads(logs.gpe, logs.ged, part) })),
  );
  const all = parts.flatMap(({ steps }) => steps);
  return (
    <section className="compare-body" aria-label={translate(`compare.${subject}`)} onKeyDown={onArrows}>
      <div className="compare-tools">
        <ul className="compare-legend">
          {VERDICTS.map((verdict) => {
            const count = all.filter((step) => step.verdict === verdict).length;
            return (
              <li key={verdict} data-verdict={verdict} hidden={count === 0}>
                <VerdictSign verdict={verdict} />
                {translate('compare.count', { count, verdict: translate(`compare.${verdict}`) })}
              </li>
            );
          })}
        </ul>
        <Button look="outlined" aria-pressed={only} onClick={() => setOnly(!only)}>
          {translate('compare.only')}
        </Button>
      </div>
      <div className="compare-columns" aria-hidden="true">
        <span>{translate('compare.step')}</span>
        <b title={COMPARED.gpe}>{translate('compare.gpe')}</b>
        <b title={COMPARED.ged}>{translate('compare.ged')}</b>
      </div>
      {parts.map(({ part, steps }) => (
        <div key={part.name}>
          {parts.length > 1 && (
            <h3 className="compare-part">
              <RichText text={translate(`compare.part.${part.name}`)} />
            </h3>
          )}
          <ol className="compare-steps">
            {steps
              .filter(({ verdict }) => !only || verdict !== 'same')
              .map((compared) => (
                <CompareRow
                  key={compared.step.name}
                  compared={compared}
                  subject={part.subject}
                  logs={logs}
                  open={open === compared.step.name}
                  onToggle={() => setOpen(open === compared.step.name ? undefined : compared.step.name)}
                />
              ))}
          </ol>
        </div>
      ))}
      <dl className="compare-machines">
        <dt>{translate('compare.gpe')}</dt>
        <dd>
          <code translate="no">{COMPARED.gpe}</code>
        </dd>
        <dt>{translate('compare.ged')}</dt>
        <dd>
          <code translate="no">{COMPARED.ged}</code>
        </dd>
      </dl>
    </section>
  );
}
