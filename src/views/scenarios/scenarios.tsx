import { useRef, useState } from 'react';
import { useLab } from '../../session/lab-state.ts';
import { listReadyScenarios, type ReadyScenario } from '../../session/ready-scenarios.ts';
import { useSession, useTranslate } from '../../session/session-context.ts';
import { Button } from '../../widgets/button.tsx';
import { Menu } from '../../widgets/menu.tsx';
import './scenarios.css';

/** The menu of the scenarios that come with the lab. */
export function ScenarioMenu({ onCompare }: { readonly onCompare: () => void }) {
  const translate = useTranslate();
  const session = useSession();
  const language = useLab((state) => state.preferences.language);
  const [open, setOpen] = useState<readonly ReadyScenario[]>();
  const [failed, setFailed] = useState(false);
  const button = useRef<HTMLSpanElement>(null);
  const show = () => {
    setFailed(false);
    listReadyScenarios().then(setOpen, () => setFailed(true));
  };
  return (
    <span className="scenario-menu" ref={button}>
      <Button
        icon="list"
        look="outlined"
        aria-label={translate('scenario.menu')}
        aria-haspopup="menu"
        aria-expanded={open !== undefined}
        onClick={open ? () => setOpen(undefined) : show}
      >
        <span className="wide-only">{translate('scenario.menu')}</span>
      </Button>
      {open && (
        <Menu
          label={translate('scenario.menu')}
          items={[
            { name: 'side-by-side', title: translate('scenario.sideBySide'), onChoose: onCompare },
            ...open.map(({ name, title }) => ({
              name,
              title: title[language] ?? title['en'] ?? name,
              onChoose: () => session.visitReady(name).catch((error: unknown) => session.crashed(error)),
            })),
          ]}
          onClose={() => {
            setOpen(undefined);
            button.current?.querySelector('button')?.focus();
          }}
        />
      )}
      {failed && (
        <span role="alert" className="scenario-failed">
          {translate('scenario.unreadable')}
        </span>
      )}
    </span>
  );
}

/** What the scenario that is open shows, and the way to take the machine over. */
export function ScenarioBanner() {
  const translate = useTranslate();
  const session = useSession();
  const language = useLab((state) => state.preferences.language);
  const opened = useLab((state) => state.opened);
  if (!opened) return null;
  const { scenario, playing } = opened;
  return (
    <section className="scenario-banner" aria-label={translate('scenario.label')}>
      <p className="scenario-text">
        <strong>{scenario.title?.[language] ?? scenario.title?.['en']}</strong>{' '}
        {scenario.text?.[language] ?? scenario.text?.['en']}
      </p>
      {playing ? (
        <Button look="outlined" onClick={() => void session.takeOver().catch(() => {})}>
          {translate('scenario.takeOver')}
        </Button>
      ) : (
        <Button
          icon="close"
          aria-label={translate('scenario.close')}
          onClick={() => useLab.setState({ opened: undefined })}
        />
      )}
    </section>
  );
}
