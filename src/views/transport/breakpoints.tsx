import { useMemo, useState } from 'react';
import { textField } from '../../session/event-access.ts';
import { useLab } from '../../session/lab-state.ts';
import { useSession, useTranslate } from '../../session/session-context.ts';
import { Button } from '../../widgets/button.tsx';
import { Dialog } from '../../widgets/dialog.tsx';
import './breakpoints.css';

/** The functions at which the machine stops: those that are set, and a line for another. */
export default function Breakpoints({ onClose }: { readonly onClose: () => void }) {
  const translate = useTranslate();
  const session = useSession();
  const breakpoints = useLab((state) => state.breakpoints);
  const [typed, setTyped] = useState('');
  const called = useMemo(() => {
    const names = new Set<string>();
    for (const event of session.events()) if (event.kind === 'fn_enter') names.add(textField(event, 'fn'));
    return names;
  }, [session]);
  const name = typed.trim();
  const set = (functions: readonly string[]) => void session.setBreakpoints(functions).catch(() => {});
  return (
    <Dialog title={translate('breakpoints.title')} closeLabel={translate('dialog.close')} onClose={onClose}>
      <form
        className="breakpoints"
        onSubmit={(event) => {
          event.preventDefault();
          if (name === '') return;
          if (!breakpoints.includes(name)) set([...breakpoints, name]);
          setTyped('');
        }}
      >
        <p className="breakpoints-lead">{translate('breakpoints.lead')}</p>
        {breakpoints.length === 0 ? (
          <p className="breakpoints-none">{translate('breakpoints.none')}</p>
        ) : (
          <ul className="breakpoints-list">
            {breakpoints.map((fn) => (
              <li key={fn}>
                <code translate="no">{fn}</code>
                {!called.has(fn) && <span className="breakpoints-note">{translate('breakpoints.notCalled')}</span>}
                <Button
                  icon="close"
                  aria-label={translate('breakpoints.remove', { fn })}
                  onClick={() => set(breakpoints.filter((other) => other !== fn))}
                />
              </li>
            ))}
          </ul>
        )}
        <div className="breakpoints-add">
          <label className="breakpoints-field">
            <span className="breakpoints-name">{translate('breakpoints.function')}</span>
            <input
              className="breakpoints-input mono"
              list="called-functions"
              maxLength={80}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              placeholder="acpi_hotplug_work_fn"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
          <datalist id="called-functions">
            {[...called].sort().map((fn) => (
              <option key={fn} value={fn} />
            ))}
          </datalist>
          <Button look="primary" type="submit">
            {translate('breakpoints.add')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
