import { type ReactNode, useState } from 'react';
import { LANGUAGES, type Language } from '../../session/i18n/translate.ts';
import { changeLanguage, changePreferences, useLab } from '../../session/lab-state.ts';
import { THEMES } from '../../session/preferences.ts';
import { useFolds, useTranslate } from '../../session/session-context.ts';
import { machineInWords } from '../../session/words.ts';
import { Button } from '../../widgets/button.tsx';
import type { IconName } from '../../widgets/icon.tsx';
import './title-bar.css';

const THEME_ICONS = { auto: 'auto', light: 'sun', dark: 'moon' } as const satisfies Readonly<Record<string, IconName>>;

/** The lab's name, the machine in words, and what concerns the whole page. */
export function TitleBar({ onNewMachine, menu }: { readonly onNewMachine: () => void; readonly menu: ReactNode }) {
  const translate = useTranslate();
  const description = useLab((state) => state.description);
  const { language, theme } = useLab((state) => state.preferences);
  const tooLong = useLab((state) => state.linkTooLong);
  const log = useFolds('cpus', 'memory');
  const plugged = (log?.memory?.state.slots ?? []).reduce((sum, slot) => sum + (slot.plugged ? slot.size : 0), 0);
  const nextTheme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
  const other: Language = language === 'en' ? 'zh' : 'en';
  return (
    <header className="title-bar">
      <h1 className="title">
        <span className="title-sign" aria-hidden="true" />
        Hotplug Lab
      </h1>
      {description && log ? (
        <p className="title-machine" title={description.scenario.machine}>
          {machineInWords(translate, description, log.cpus.slots, plugged)}
          <span className="title-kernel"> · Linux {description.kernelRelease}</span>
        </p>
      ) : (
        <p className="title-machine">{translate('app.tagline')}</p>
      )}
      <div className="title-actions">
        {menu}
        <Button icon="plus" look="outlined" aria-label={translate('machine.new')} onClick={onNewMachine}>
          <span className="title-wide">{translate('machine.new')}</span>
        </Button>
        <Share tooLong={tooLong} />
        <Button
          className="title-language"
          lang={LANGUAGES[other].tag}
          aria-label={`${translate('language.label')}: ${LANGUAGES[other].name}`}
          onClick={() => changeLanguage(other)}
        >
          {LANGUAGES[other].name}
        </Button>
        <Button
          icon={THEME_ICONS[theme]}
          aria-label={translate(`theme.${theme}`)}
          onClick={() => changePreferences({ theme: nextTheme })}
        />
      </div>
    </header>
  );
}

function Share({ tooLong }: { readonly tooLong: boolean }) {
  const translate = useTranslate();
  const [said, setSaid] = useState<string>();
  const say = (text: string) => {
    setSaid(text);
    setTimeout(() => setSaid(undefined), 2400);
  };
  const share = () => {
    if (!navigator.clipboard) {
      say(translate('machine.shareFailed'));
      return;
    }
    navigator.clipboard.writeText(location.href).then(
      () => say(translate('machine.shared')),
      () => say(translate('machine.shareFailed')),
    );
  };
  return (
    <>
      <Button icon="link" onClick={share} title={tooLong ? translate('machine.tooLong') : undefined}>
        <span className="share-text">{said ?? translate('machine.share')}</span>
      </Button>
      {tooLong && (
        <span role="alert" className="visually-hidden">
          {translate('machine.tooLong')}
        </span>
      )}
    </>
  );
}
