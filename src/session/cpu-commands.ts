import type { SlotState } from './fold-cpus.ts';

/** The QMP line that plugs a CPU into a slot. */
export function plugCommand(slot: SlotState, cpuType: string): string {
  const id = `cpu${slot.slot.index}`;
  return JSON.stringify({ execute: 'device_add', arguments: { driver: cpuType, id, ...slot.slot.props } });
}

/** The QMP line that asks for a CPU back. A CPU of power-on has no id: its path is what QEMU refuses it by. */
export function unplugCommand(slot: SlotState): string {
  return JSON.stringify({
    execute: 'device_del',
    arguments: { id: slot.id === '' ? `cpu${slot.slot.index}` : slot.id },
  });
}

/** The shell line that brings a CPU online or takes it offline. */
export function onlineCommand(cpu: number, online: boolean): string {
  return `echo ${online ? 1 : 0} > /sys/devices/system/cpu/cpu${cpu}/online`;
}
