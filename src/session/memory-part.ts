import type { LabEvent } from '../../workers/protocol/log-format.ts';
import type { MachineDescription } from '../../workers/protocol/machine-api.ts';
import { foldMemory } from './fold-memory.ts';
import { englishMemory } from './i18n/english-memory.ts';
import { addEnglish } from './i18n/translate.ts';
import { initialMemory, type MemoryState } from './memory-state.ts';
import type { NarrationContext, Sentence } from './narration.ts';
import { memoryAtRest, narrateMemory } from './narration-memory.ts';

/** What the page knows of memory: loaded after the first picture stands, and told of the log so far. */
export class MemoryPart {
  readonly state: MemoryState;

  constructor(description: MachineDescription) {
    addEnglish(englishMemory);
    this.state = initialMemory(description);
  }

  fold(event: LabEvent): boolean {
    return foldMemory(this.state, event);
  }

  narrate(event: LabEvent, context: NarrationContext): Sentence | undefined {
    return narrateMemory(event, this.state, context);
  }

  atRest(): Sentence | undefined {
    return memoryAtRest(this.state);
  }
}
