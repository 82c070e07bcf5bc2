/** A session with every program at hand: for Node. The worker loads the tools when they are first needed. */
import type { Parsed, Scenario } from '../protocol/scenario.ts';
import { makeTool } from '../userland/tools/table.ts';
import type { MachineOptions } from './machine.ts';
import { Session } from './session.ts';

export const openWithTools = (scenario: Scenario, options: Omit<MachineOptions, 'tools'> = {}): Parsed<Session> =>
  Session.open(scenario, { ...options, tools: makeTool });
