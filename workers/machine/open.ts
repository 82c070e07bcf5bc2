/** A session with all of its parts at hand: for Node. The worker loads the late ones when they are first needed. */
import { monitorCommands } from '../monitor/qmp-commands.ts';
import type { Parsed, Scenario } from '../protocol/scenario.ts';
import { lateUserland } from '../userland/late.ts';
import type { LateParts } from './architecture.ts';
import { arm64 } from './arm64.ts';
import type { MachineOptions } from './machine.ts';
import { Session } from './session.ts';

const late: LateParts = { arm64: () => arm64, userland: () => lateUserland, monitor: () => monitorCommands };

export const openWithTools = (scenario: Scenario, options: Omit<MachineOptions, 'late'> = {}): Parsed<Session> =>
  Session.open(scenario, { ...options, late });
