import { type KeyboardEvent, lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { type KernelLine, kernelTimeStamp, type MonitorLine } from '../../session/fold-log.ts';
import { selectEvent, useLab } from '../../session/lab-state.ts';
import { fetchPart } from '../../session/late.ts';
import { CONSOLES, type ConsoleName } from '../../session/preferences.ts';
import { useFolds, useSession, useTranslate } from '../../session/session-context.ts';
import { Button } from '../../widgets/button.tsx';
import { CopyButton } from '../../widgets/copy-button.tsx';
import { Tabs } from '../../widgets/tabs.tsx';
import './consoles.css';
import { prettyJson, toQmpCommand } from './qmp-command.ts';

const Terminal = lazy(() => fetchPart(() => import('../../widgets/terminal.tsx')));

/** The guest's shell, QEMU's two monitors, and the kernel's log. */
export function Consoles() {
  const translate = useTranslate();
  const chosen = useLab((state) => state.console);
  const contents: Readonly<Record<ConsoleName, ReactNode>> = {
    shell: <Shell />,
    qmp: <Qmp />,
    hmp: <Hmp />,
    kernel: <KernelLog />,
  };
  return (
    <Tabs
      label={translate('panel.consoles')}
      chosen={chosen}
      onChoose={(console) => useLab.setState({ console })}
      tabs={CONSOLES.map((name) => ({
        name,
        title: translate(`console.${name}`),
        content: contents[name],
        keep: name === 'shell',
      }))}
    />
  );
}

const COLOURS = {
  light: { background: '#fbfaf7', foreground: '#22252a', cursor: '#0a63a0', selection: '#bcd9ec' },
  dark: { background: '#12161b', foreground: '#d7dce2', cursor: '#6cc0f0', selection: '#2c4a60' },
} as const;

const MONOSPACED =
  '"JetBrains Mono", "SF Mono", ui-monospace, "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace';

/** Lines of the shell that a screen reader can read back. */
const SPOKEN_LINES = 40;

function useDark(): boolean {
  const theme = useLab((state) => state.preferences.theme);
  const query = '(prefers-color-scheme: dark)';
  const [system, setSystem] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const onChange = () => setSystem(list.matches);
    list.addEventListener('change', onChange);
    return () => list.removeEventListener('change', onChange);
  }, []);
  return theme === 'auto' ? system : theme === 'dark';
}

/** Console output without what only a terminal understands. */
function textLines(output: readonly { readonly text: string }[]): string[] {
  const text = output
    .slice(-400)
    .map((piece) => piece.text)
    .join('')
    .replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');
  return text.split(/\r?\n/).slice(-SPOKEN_LINES);
}

function Shell() {
  const translate = useTranslate();
  const session = useSession();
  const log = useFolds('texts');
  const dark = useDark();
  const output = log?.texts.tty ?? [];
  return (
    <div className="shell">
      <Suspense fallback={<p className="console-empty">{translate('console.loading')}</p>}>
        {log && (
          <Terminal
            label={translate('console.shellLabel')}
            output={output}
            session={log}
            colours={COLOURS[dark ? 'dark' : 'light']}
            fontFamily={MONOSPACED}
            onInput={(text) => session.type(text)}
          />
        )}
      </Suspense>
      <pre className="visually-hidden" role="log" aria-label={translate('console.shellText')}>
        {textLines(output).join('\n')}
      </pre>
    </div>
  );
}

/** Keeps a growing list at its end, unless the reader has scrolled up. */
function useStickToEnd(length: number) {
  const list = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is the reason
  useEffect(() => {
    if (sticks.current && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [length]);
  const onScroll = () => {
    const element = list.current;
    if (element) sticks.current = element.scrollHeight - element.scrollTop - element.clientHeight < 24;
  };
  return { list, onScroll };
}

interface PromptProps {
  readonly label: string;
  readonly placeholder: string;
  readonly prompt: string;
  readonly history: readonly string[];
  /** Undefined: accepted; else what is wrong with it. */
  readonly onSend: (text: string) => string | undefined;
}

/** A line to type into, with the lines typed before on the arrow keys. */
function Prompt({ label, placeholder, prompt, history, onSend }: PromptProps) {
  const translate = useTranslate();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [back, setBack] = useState(0);
  const send = () => {
    if (text.trim() === '') return;
    const problem = onSend(text);
    setWrong(problem);
    if (problem !== undefined) return;
    setText('');
    setBack(0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, the keys are its own.
    if (event.nativeEvent.isComposing) return;
    const steps: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowDown: -1 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(Math.max(back + step, 0), history.length);
    setBack(next);
    setText(next === 0 ? '' : (history[history.length - next] ?? ''));
  };
  return (
    <form
      className="prompt"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <code aria-hidden="true" className="prompt-sign">
        {prompt}
      </code>
      <input
        className="prompt-input mono"
        aria-label={label}
        aria-invalid={wrong !== undefined}
        placeholder={placeholder}
        value={text}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value);
          setWrong(undefined);
        }}
        onKeyDown={onKeyDown}
      />
      {wrong !== undefined && (
        <span className="prompt-wrong" role="alert">
          {wrong}
        </span>
      )}
      <Button type="submit">{translate('console.send')}</Button>
    </form>
  );
}

/** Whether a person has just marked text: a click that ends a selection is no choice. */
const isMarking = (): boolean => !(window.getSelection()?.isCollapsed ?? true);

interface LineProps {
  readonly sequence: number;
  readonly chosen: boolean;
  readonly kind: string;
  readonly children: ReactNode;
}

/** A line whose text can be marked and copied; a click anywhere on it shows its moment, as its button does. */
function Line({ sequence, chosen, kind, children }: LineProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the line's button is for the keyboard
    <li
      className="line"
      data-kind={kind}
      data-chosen={chosen}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('button')) return;
        if (!isMarking()) selectEvent(sequence);
      }}
    >
      {children}
    </li>
  );
}

function LookButton({ sequence, children }: { readonly sequence: number; readonly children: ReactNode }) {
  const label = useTranslate()('console.lookAt');
  return (
    <button type="button" className="line-look" aria-label={label} title={label} onClick={() => selectEvent(sequence)}>
      {children}
    </button>
  );
}

const SIGNS = { in: '→', out: '←', event: '⚑' } as const;

function MonitorLines(props: {
  readonly label: string;
  readonly lines: readonly MonitorLine[];
  readonly format: (text: string) => string;
}) {
  const { label, lines, format } = props;
  const translate = useTranslate();
  const selected = useLab(({ selection }) => selection?.sequence);
  const { list, onScroll } = useStickToEnd(lines.length);
  return (
    <div className="lines" ref={list} onScroll={onScroll} role="log" aria-label={label}>
      <ol>
        {lines.length === 0 && <li className="console-empty">{translate('console.empty')}</li>}
        {lines.slice(-300).map(({ sequence, text, direction }) => (
          <Line key={sequence} sequence={sequence} chosen={sequence === selected} kind={direction}>
            <LookButton sequence={sequence}>{SIGNS[direction]}</LookButton>
            <span className="line-text">{format(text)}</span>
            {direction === 'in' && (
              <CopyButton text={text} label={translate('console.copy')} done={translate('console.copied')} />
            )}
          </Line>
        ))}
      </ol>
    </div>
  );
}

const sentLines = (lines: readonly MonitorLine[]): string[] =>
  lines.filter(({ direction }) => direction === 'in').map(({ text }) => text);

function Qmp() {
  const translate = useTranslate();
  const session = useSession();
  const lines = useFolds('texts')?.texts.qmp ?? [];
  const onSend = (text: string) => {
    const command = toQmpCommand(text);
    if (command === undefined) return translate('console.notJson');
    session.qmp(command).catch(() => {});
    return undefined;
  };
  return (
    <div className="monitor">
      <MonitorLines label={translate('console.qmpLabel')} lines={lines} format={prettyJson} />
      <Prompt
        label={translate('console.qmpInput')}
        placeholder={translate('console.qmpPlaceholder')}
        prompt="→"
        history={sentLines(lines)}
        onSend={onSend}
      />
    </div>
  );
}

function Hmp() {
  const translate = useTranslate();
  const session = useSession();
  const lines = useFolds('texts')?.texts.hmp ?? [];
  const onSend = (text: string) => {
    session.input('hmp', text).catch(() => {});
    return undefined;
  };
  return (
    <div className="monitor">
      <MonitorLines label={translate('console.hmpLabel')} lines={lines} format={(text) => text.trimEnd()} />
      <Prompt
        label={translate('console.hmpInput')}
        placeholder={translate('console.hmpPlaceholder')}
        prompt="(qemu)"
        history={sentLines(lines)}
        onSend={onSend}
      />
    </div>
  );
}

/** Kernel lines drawn; older ones can be read with dmesg. */
const KERNEL_LINES = 600;

function KernelLog() {
  const translate = useTranslate();
  const lines: readonly KernelLine[] = useFolds('texts')?.texts.kernel ?? [];
  const selected = useLab(({ selection }) => selection?.sequence);
  const { list, onScroll } = useStickToEnd(lines.length);
  return (
    <div
      className="lines kernel-lines"
      ref={list}
      onScroll={onScroll}
      role="log"
      aria-label={translate('console.kernelLabel')}
    >
      <ol>
        {lines.length === 0 && <li className="console-empty">{translate('console.empty')}</li>}
        {lines.slice(-KERNEL_LINES).map(({ sequence, time, level, text }) => (
          <Line key={sequence} sequence={sequence} chosen={sequence === selected} kind={`level-${level}`}>
            <LookButton sequence={sequence}>{kernelTimeStamp(time)}</LookButton>
            <span className="line-text" translate="no">
              {text}
            </span>
          </Line>
        ))}
      </ol>
    </div>
  );
}
