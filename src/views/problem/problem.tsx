import { DEFAULT_SCENARIO } from '../../../workers/protocol/scenario.ts';
import { useLab } from '../../session/lab-state.ts';
import { useSession, useTranslate } from '../../session/session-context.ts';
import { Button } from '../../widgets/button.tsx';
import { Mark } from '../../widgets/mark.tsx';
import './problem.css';

/** What went wrong, in one line, and the way on. */
export function Problem({ onNewMachine }: { readonly onNewMachine: () => void }) {
  const translate = useTranslate();
  const session = useSession();
  const problem = useLab((state) => state.problem);
  if (!problem) return null;
  const startDefault = async () => {
    await session.powerOn(DEFAULT_SCENARIO);
    await session.nameInAddress(DEFAULT_SCENARIO);
  };
  const ways = {
    ended: { label: 'problem.again', go: () => session.powerOnAgain() },
    load: { label: 'problem.retry', go: () => session.retry() },
  } as const;
  const { label, go } =
    problem.of === 'ended' || problem.of === 'load'
      ? ways[problem.of]
      : ({ label: 'problem.default', go: startDefault } as const);
  return (
    <div className="problem" role="alert">
      <span className="problem-mark">
        <Mark shape="cross" />
      </span>
      <p className="problem-text">{translate(`problem.${problem.of}`, { reason: problem.reason })}</p>
      <div className="problem-actions">
        <Button look="primary" onClick={() => void go().catch(() => {})}>
          {translate(label)}
        </Button>
        <Button onClick={onNewMachine}>{translate('machine.new')}</Button>
      </div>
    </div>
  );
}
