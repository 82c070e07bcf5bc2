import { useEffect, useState } from 'react';
import { selectEvent, useLab } from '../../session/lab-state.ts';
import { useFolds, useTranslate } from '../../session/session-context.ts';
import { plainText, RichText } from '../../widgets/rich-text.tsx';
import './narration.css';

/** How often a screen reader is told, at most. */
const SPEECH_INTERVAL_MS = 1500;

/** One sentence: what happens now, and who does it. Screen readers are told as well, at a pace that can be heard. */
export function Narration() {
  const translate = useTranslate();
  const log = useFolds('narration', 'cpus', 'ladder');
  const resting = useLab((state) => state.resting);
  const starting = useLab((state) => state.description === undefined && state.problem === undefined);
  const quiet = resting ? log?.quietSentence() : undefined;
  const sentence = quiet ?? log?.sentence;
  const text = sentence ? translate(sentence.key, sentence.parameters) : starting ? translate('machine.starting') : '';
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSpoken(text), resting ? 200 : SPEECH_INTERVAL_MS);
    return () => clearTimeout(timer);
  }, [text, resting]);
  const last = quiet ? log?.sentence : undefined;
  return (
    <div className="narration">
      <p className="narration-text" data-quiet={resting}>
        {sentence && sentence.sequence >= 0 ? (
          <button type="button" className="narration-button" onClick={() => selectEvent(sentence.sequence)}>
            <RichText text={text} />
          </button>
        ) : (
          <RichText text={text} />
        )}
      </p>
      {last && log && log.chain.roundStart >= 0 && (
        <p className="narration-last">
          <RichText text={translate(last.key, last.parameters)} />
        </p>
      )}
      <p className="visually-hidden" role="status">
        {plainText(spoken)}
      </p>
    </div>
  );
}
