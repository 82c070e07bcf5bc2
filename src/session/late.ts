/** Parts of the lab that come after the first picture, and what happens where one cannot be fetched. */
import { NOT_FETCHED } from '../../workers/protocol/machine-api.ts';
import { useLab } from './lab-state.ts';

/** A call of the worker's that came to nothing for want of a part: nothing has happened, it may be made again. */
export function isNotFetched(error: unknown): error is Error {
  return error instanceof Error && error.name === NOT_FETCHED;
}

/** Says that a part is missing; resolves when the reader wants to try again. The machine runs on meanwhile. */
export function untilRetried(reason: string): Promise<void> {
  useLab.setState({ problem: { of: 'load', reason } });
  return new Promise((resolve) => {
    const stop = useLab.subscribe(({ problem }) => {
      if (problem?.of === 'load') return;
      stop();
      resolve();
    });
  });
}

/** A part of the page, fetched until it is there. */
export async function fetchPart<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch (error) {
      await untilRetried(error instanceof Error ? error.message : String(error));
    }
  }
}
