import { useLab } from '../../session/lab-state.ts';
import { useTranslate } from '../../session/session-context.ts';
import './left-out.css';

const isFirmware = (option: string): boolean => /^-bios |if=pflash/.test(option);

/** What of the machine's command line the lab reads past, plainly. */
export function LeftOut() {
  const translate = useTranslate();
  const options = useLab((state) => state.description?.ignoredOptions ?? []);
  if (options.length === 0) return null;
  return (
    <details className="left-out">
      <summary>{translate('board.leftOut', { count: options.length })}</summary>
      <p>{translate('board.leftOutWhy')}</p>
      <ul>
        {options.map((option, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an option may be given twice, and the list does not change
          <li key={at}>
            <code translate="no">{option}</code>
            {isFirmware(option) && <span className="left-out-note">{translate('board.leftOutFirmware')}</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}
