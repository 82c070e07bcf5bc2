import { type ComponentType, type CSSProperties, lazy, Suspense, useEffect, useState } from 'react';
import { CONDITION_SHAPE } from './session/condition-mark.ts';
import { CPU_CONDITIONS } from './session/fold-cpus.ts';
import { changePreferences, useLab } from './session/lab-state.ts';
import { fetchPart } from './session/late.ts';
import { PANELS, type PanelName } from './session/preferences.ts';
import { useLanguageTag, useTranslate } from './session/session-context.ts';
import { Board } from './views/board/board.tsx';
import { Chain } from './views/chain/chain.tsx';
import { Consoles } from './views/console/consoles.tsx';
import { Inspector } from './views/inspector/inspector.tsx';
import { Ladder } from './views/ladder/ladder.tsx';
import { Masks } from './views/masks/masks.tsx';
import { Narration } from './views/narration/narration.tsx';
import { Problem } from './views/problem/problem.tsx';
import { ScenarioBanner, ScenarioMenu } from './views/scenarios/scenarios.tsx';
import { TitleBar } from './views/title-bar/title-bar.tsx';
import { Transport } from './views/transport/transport.tsx';
import { Divider } from './widgets/divider.tsx';
import { Mark } from './widgets/mark.tsx';
import { Panel } from './widgets/panel.tsx';
import { PanelTabs } from './widgets/panel-tabs.tsx';
import './app.css';

/** A part of the page that is a chunk of its own. */
const late = <P,>(load: () => Promise<ComponentType<P>>) => lazy(async () => ({ default: await fetchPart(load) }));

const Compare = late(async () => (await import('./views/compare/compare.tsx')).Compare);
const NewMachine = late(async () => (await import('./views/new-machine/new-machine.tsx')).NewMachine);
// Memory comes after the page's first picture.
const DimmSlots = late(async () => (await import('./views/board/dimms.tsx')).DimmSlots);
const FixedCpus = late(async () => (await import('./views/board/fixed-cpus.tsx')).FixedCpus);
const LeftOut = late(async () => (await import('./views/board/left-out.tsx')).LeftOut);
const NodeMasks = late(async () => (await import('./views/masks/node-masks.tsx')).NodeMasks);
const Memory = late(async () => (await import('./views/memory/memory.tsx')).Memory);
const BlockDetail = late(async () => (await import('./views/memory/block-detail.tsx')).BlockDetail);

const PICTURES = ['ladder', 'memory'] as const;

type Foldable = 'board' | 'masks' | 'chain' | 'ladder' | 'inspector';

/** The page: the eye goes from the socket along the chain to the ladder and the mask. */
export function App() {
  const translate = useTranslate();
  const languageTag = useLanguageTag();
  const { theme, sizes, collapsed } = useLab((state) => state.preferences);
  const picture = useLab((state) => state.picture);
  const block = useLab((state) => (state.picture === 'memory' ? state.block : -1));
  const selected = useLab((state) => state.selection !== undefined);
  const virt = useLab((state) => state.description?.board === 'virt');
  const leavesOut = useLab((state) => (state.description?.ignoredOptions.length ?? 0) > 0);
  const [asking, setAsking] = useState(false);
  const [compared, setCompared] = useState(() => new URLSearchParams(location.search).get(COMPARE));
  const compare = (subject: string | null) => {
    nameComparison(subject);
    setCompared(subject);
  };
  useTheme(theme);
  useEffect(() => {
    document.documentElement.lang = languageTag;
  }, [languageTag]);

  const fold = (name: Foldable) => {
    const title = translate(`panel.${name}`);
    const isCollapsed = collapsed.includes(name);
    return {
      name,
      title,
      collapsed: isCollapsed,
      collapseLabel: translate(isCollapsed ? 'panel.expand' : 'panel.collapse', { panel: title }),
      onCollapse: () =>
        changePreferences({
          collapsed: isCollapsed ? collapsed.filter((other) => other !== name) : [...collapsed, name],
        }),
    };
  };
  const divider = (name: PanelName, panel: Foldable | 'consoles') => ({
    label: translate('panel.resize', { panel: translate(`panel.${panel}`) }),
    size: sizes[name],
    range: PANELS[name],
    onSize: (size: number) => changePreferences({ sizes: { ...sizes, [name]: size } }),
  });

  return (
    <div className="app">
      <button type="button" className="skip" onClick={focusBoard}>
        {translate('app.skip')}
      </button>
      <TitleBar onNewMachine={() => setAsking(true)} menu={<ScenarioMenu onCompare={() => compare('dimm')} />} />
      <ScenarioBanner />
      <Problem onNewMachine={() => setAsking(true)} />
      <main className="work-area">
        <div className="left-column" style={sized(sizes.left)}>
          <Panel {...fold('board')}>
            <div className="board-scroll">
              <Board />
              <Suspense>
                {virt && <FixedCpus />}
                <DimmSlots />
              </Suspense>
              {leavesOut && (
                <Suspense>
                  <LeftOut />
                </Suspense>
              )}
              <Legend />
            </div>
          </Panel>
          <Panel {...fold('masks')}>
            <div className="masks-scroll">
              <Masks />
              <Suspense>
                <NodeMasks />
              </Suspense>
            </div>
          </Panel>
        </div>
        <Divider between="columns" {...divider('left', 'board')} />
        <div className="right-column">
          <div className="chain-box" style={sized(sizes.chain)} data-collapsed={collapsed.includes('chain')}>
            <Panel {...fold('chain')}>
              <Chain />
            </Panel>
          </div>
          <Divider between="rows" {...divider('chain', 'chain')} />
          <div className="lower">
            <Panel
              {...fold('ladder')}
              tabs={
                <PanelTabs
                  label={translate('panel.picture')}
                  tabs={PICTURES.map((name) => ({ name, title: translate(`panel.${name}`) }))}
                  chosen={picture}
                  onChoose={(name) => useLab.setState({ picture: name })}
                />
              }
            >
              {picture === 'ladder' ? (
                <Ladder />
              ) : (
                <Suspense>
                  <Memory />
                </Suspense>
              )}
            </Panel>
            <Divider between="columns" after {...divider('inspector', 'inspector')} />
            <div
              className="inspector-box"
              style={sized(sizes.inspector)}
              data-collapsed={collapsed.includes('inspector')}
            >
              <Panel {...fold('inspector')}>
                {block >= 0 && !selected ? (
                  <Suspense>
                    <BlockDetail />
                  </Suspense>
                ) : (
                  <Inspector />
                )}
              </Panel>
            </div>
          </div>
        </div>
      </main>
      <section className="bar" aria-label={translate('panel.narration')}>
        <Narration />
        <Transport />
      </section>
      <section className="consoles-area" aria-label={translate('panel.consoles')} style={sized(sizes.consoles)}>
        <Divider between="rows" after {...divider('consoles', 'consoles')} />
        <div className="panel-consoles">
          <Consoles />
        </div>
      </section>
      {compared !== null && (
        <Suspense>
          <Compare subject={compared} onSubject={compare} onClose={() => compare(null)} />
        </Suspense>
      )}
      {asking && (
        <Suspense>
          <NewMachine onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** The signs of the six conditions. */
function Legend() {
  const translate = useTranslate();
  return (
    <ul className="legend">
      {CPU_CONDITIONS.map((condition) => (
        <li key={condition}>
          <span style={{ display: 'flex', color: `var(--${condition})` }}>
            <Mark shape={CONDITION_SHAPE[condition]} size={11} />
          </span>
          {translate(`legend.${condition}`)}
        </li>
      ))}
    </ul>
  );
}

/** The address names what is compared: `?compare=dimm`, `?compare=cpu`. */
const COMPARE = 'compare';

function nameComparison(subject: string | null): void {
  const address = new URL(location.href);
  if (subject === null) address.searchParams.delete(COMPARE);
  else address.searchParams.set(COMPARE, subject);
  history.replaceState(history.state, '', address);
}

/** A panel's size as the style sheet takes it; at phone width it takes none. */
function sized(size: number): CSSProperties {
  return { '--size': `${size}px` } as CSSProperties;
}

function focusBoard(): void {
  document.querySelector<HTMLElement>('[data-slot][tabindex="0"]')?.focus();
}

function useTheme(theme: 'auto' | 'light' | 'dark'): void {
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      document.documentElement.dataset['theme'] = theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
    };
    apply();
    dark.addEventListener('change', apply);
    return () => dark.removeEventListener('change', apply);
  }, [theme]);
}
