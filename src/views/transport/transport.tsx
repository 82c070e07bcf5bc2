import { lazy, Suspense, useState } from 'react';
import { changePreferences, useLab } from '../../session/lab-state.ts';
import { fetchPart } from '../../session/late.ts';
import { FULL_SPEED, SPEEDS } from '../../session/preferences.ts';
import { useSession, useTranslate } from '../../session/session-context.ts';
import { formatTime } from '../../session/words.ts';
import { Button } from '../../widgets/button.tsx';
import './transport.css';

const Breakpoints = lazy(() => fetchPart(() => import('./breakpoints.tsx')));

/** Run and pause, steps, breakpoints, speed, virtual time. */
export function Transport() {
  const translate = useTranslate();
  const session = useSession();
  const running = useLab((state) => state.running);
  const resting = useLab((state) => state.resting);
  const booted = useLab((state) => state.booted);
  const now = useLab((state) => state.now);
  const on = useLab((state) => state.description !== undefined);
  const speed = useLab((state) => state.preferences.speed);
  const breakpoints = useLab((state) => state.breakpoints);
  const [asking, setAsking] = useState(false);
  const ratio = SPEEDS[speed] ?? 0;
  const speedText = ratio === 0 ? translate('transport.full') : translate('transport.ratio', { ratio });
  const state = !running ? 'paused' : resting ? 'quiet' : booted ? 'running' : 'booting';
  const setSpeed = (wanted: number) => changePreferences({ speed: wanted });
  const step = (kind: 'event' | 'function' | 'state') => () => void session.step(kind).catch(() => {});
  return (
    <div className="transport" role="toolbar" aria-label={translate('panel.transport')}>
      <Button
        look="primary"
        className="transport-run"
        icon={running ? 'pause' : 'play'}
        aria-label={translate(running ? 'transport.pause' : 'transport.run')}
        disabled={!on}
        onClick={() => (running ? session.pause() : session.run())}
      />
      <div className="transport-steps">
        {(['event', 'function', 'state'] as const).map((kind) => (
          <Button
            key={kind}
            icon="step"
            aria-label={translate(
              kind === 'event'
                ? 'transport.stepEvent'
                : kind === 'function'
                  ? 'transport.stepFunction'
                  : 'transport.stepState',
            )}
            disabled={!on}
            onClick={step(kind)}
          >
            <span className="step-name">{translate(`transport.${kind}`)}</span>
          </Button>
        ))}
        <Button
          icon="stop"
          className="transport-breaks"
          data-set={breakpoints.length > 0}
          aria-label={translate('breakpoints.open', { count: breakpoints.length })}
          title={translate('breakpoints.open', { count: breakpoints.length })}
          disabled={!on}
          onClick={() => setAsking(true)}
        >
          {breakpoints.length > 0 && <span className="breaks-count">{breakpoints.length}</span>}
        </Button>
      </div>
      {asking && (
        <Suspense>
          <Breakpoints onClose={() => setAsking(false)} />
        </Suspense>
      )}
      <label className="transport-speed" title={translate('transport.speedHint')}>
        <span className="visually-hidden">{translate('transport.speed')}</span>
        <input
          type="range"
          min={0}
          max={FULL_SPEED}
          step={1}
          value={speed}
          aria-valuetext={speedText}
          onChange={(event) => setSpeed(Number(event.target.value))}
        />
        <output className="speed-text">{speedText}</output>
      </label>
      <Button
        icon="forward"
        aria-label={translate('transport.toFull')}
        aria-pressed={speed === FULL_SPEED}
        onClick={() => setSpeed(speed === FULL_SPEED ? 5 : FULL_SPEED)}
      />
      <div className="transport-time">
        <output className="mono time-value" aria-label={translate('transport.time')}>
          {formatTime(now)} s
        </output>
        <span className="time-state" data-state={state}>
          {translate(`transport.${state}`)}
        </span>
      </div>
    </div>
  );
}
