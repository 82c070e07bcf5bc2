import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { loadCatalogue } from './session/i18n/translate.ts';
import { LabSession } from './session/lab-session.ts';
import { useLab } from './session/lab-state.ts';
import { SessionContext } from './session/session-context.ts';
import './widgets/tokens.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

const session = new LabSession();

/** For tests: when the machine is at rest, and what happened so far. */
declare global {
  interface Window {
    lab: {
      whenQuiescent(): Promise<void>;
      log(): ReturnType<LabSession['events']>;
      logHash(): Promise<string>;
    };
  }
}

window.lab = {
  whenQuiescent: () => session.whenQuiescent(),
  log: () => session.events(),
  logHash: () => session.logHash(),
};

const render = () =>
  createRoot(root).render(
    <StrictMode>
      <SessionContext value={session}>
        <App />
      </SessionContext>
    </StrictMode>,
  );
// without the sentences of the language chosen before, the page speaks English
loadCatalogue(useLab.getState().preferences.language).then(render, render);

const open = () => {
  session.openFromAddress().catch((error: unknown) => session.crashed(error));
};
open();
// A link opened in this very page, or a step back to a machine from before.
window.addEventListener('popstate', open);
