/** Differentiated System Description Table: its parts in QEMU's order. Revision 1, so AML integers have 32 bits. */
import type { MachineConfig } from '../abi/machine-config.ts';
import { concat } from '../aml/encode.ts';
import type { X86BoardAddresses } from '../hw/boards/addresses.ts';
import { acpiTable } from './acpi-table.ts';
import { cpuHotplug } from './dsdt-cpu-hotplug.ts';
import { type IsaOptions, pcIsaDevices, q35IsaDevices } from './dsdt-isa.ts';
import { memoryHotplug } from './dsdt-memory-hotplug.ts';
import {
  hostBridge,
  hostBridgeResources,
  pciHotplugEvent,
  pciHotplugRegisters,
  pcSlots,
  q35Slots,
} from './dsdt-pci.ts';
import { pcRouting, q35Routing } from './dsdt-pci-routing.ts';
import { debugConsole, fwCfg, gpeBlock, hpetDevice, sleepStates } from './dsdt-platform.ts';

const REVISION = 1;

export const dsdt = (board: X86BoardAddresses, config: MachineConfig, options: IsaOptions): Uint8Array => {
  const isPc = config.board === 'pc';
  return acpiTable(
    'DSDT',
    REVISION,
    concat([
      debugConsole(board.debugConsole),
      hostBridge(board),
      pciHotplugRegisters(board.pciHotplug),
      ...(isPc ? pcRouting(board.sci) : q35Routing()),
      hpetDevice(board.hpet),
      gpeBlock(),
      ...cpuHotplug(board.cpuHotplug, config.possibleCpus, config.numaNodes.length > 0),
      ...memoryHotplug(board.memoryHotplug, config.memorySlots),
      hostBridgeResources(board, config),
      sleepStates(),
      fwCfg(board.fwCfg),
      isPc ? pcSlots(pcIsaDevices(board, options)) : q35Slots(q35IsaDevices(board, options)),
      pciHotplugEvent(),
    ]),
  );
};
