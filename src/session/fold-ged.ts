import type { LabEvent } from '../../workers/protocol/log-format.ts';
import { type ChainState, hit } from './chain-state.ts';
import { numberField, textField } from './event-access.ts';
import { GED_INTID, GICD_ICENABLER1, GICD_ISENABLER1 } from './roads.ts';

const IRQ_WAKE_THREAD = 2;
const CALLS_KEPT = 12;
const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

function foldRegister(state: ChainState, event: LabEvent): boolean {
  const device = textField(event, 'device');
  const register = textField(event, 'register');
  if (device === 'ged' && register === 'ESEL') {
    const change = event.kind === 'register_change';
    const value = numberField(event, change ? 'to' : 'value');
    // reading the selector takes its bits
    state.registers.set('ESEL', event.kind === 'register_read' ? 0 : value);
    hit(state, 'ged', event, event.kind === 'register_read' ? `ESEL → ${hex(value)}` : `ESEL = ${hex(value)}`);
    return true;
  }
  if (device !== 'gicd' || event.kind !== 'register_write') return false;
  const offset = numberField(event, 'offset');
  if (offset !== GICD_ISENABLER1 && offset !== GICD_ICENABLER1) return false;
  if (((numberField(event, 'value') >>> (GED_INTID - 32)) & 1) === 0) return false;
  state.gic.masked = offset === GICD_ICENABLER1;
  hit(state, 'gic', event, `GICD_${register}1 ← ${hex(numberField(event, 'value'))}`);
  return true;
}

function foldGic(state: ChainState, event: LabEvent): boolean {
  const { gic } = state;
  const vcpu = numberField(event, 'vcpu');
  const ours = numberField(event, 'intid') === GED_INTID;
  if (!ours) {
    if (event.kind === 'gic_pending') return false;
    const others = new Set(gic.others);
    if (event.kind === 'gic_acknowledge') others.add(vcpu);
    else others.delete(vcpu);
    Object.assign(gic, { others });
    return false;
  }
  if (event.kind === 'gic_pending') {
    gic.pending = numberField(event, 'pending') !== 0;
    if (gic.pending) hit(state, 'gic', event, `INTID ${GED_INTID} → vCPU ${vcpu}`);
  } else if (event.kind === 'gic_acknowledge') {
    gic.active = true;
    hit(state, 'gic', event, `ICC_IAR1_EL1 = ${GED_INTID}`);
  } else {
    gic.active = false;
    hit(state, 'gic', event, `ICC_EOIR1_EL1 ← ${GED_INTID}`);
  }
  return true;
}

/** Fold of the stages that only a machine with a Generic Event Device and PSCI has. */
export function foldGed(state: ChainState, event: LabEvent): boolean {
  switch (event.kind) {
    case 'register_read':
    case 'register_write':
    case 'register_change':
      return foldRegister(state, event);
    case 'ged_event':
      hit(state, 'ged', event, `${textField(event, 'event')}: ESEL = ${hex(numberField(event, 'selector'))}`);
      return true;
    case 'gic_pending':
    case 'gic_acknowledge':
    case 'gic_end':
      return foldGic(state, event);
    case 'irq_handler_exit':
      if (!state.gic.active || numberField(event, 'ret') !== IRQ_WAKE_THREAD) return false;
      hit(state, 'interrupt', event, 'IRQ_WAKE_THREAD');
      return true;
    case 'psci_call':
      if (state.roundStart < 0) return false;
      state.psci.push({
        sequence: event.sequence,
        function: textField(event, 'function'),
        target: numberField(event, 'target'),
        ret: numberField(event, 'ret'),
        task: event.task,
        vcpu: event.vcpu,
      });
      if (state.psci.length > CALLS_KEPT) state.psci.shift();
      return true;
    default:
      return false;
  }
}
