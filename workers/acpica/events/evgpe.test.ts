import { describe, expect, test } from 'vitest';
import type { AcpiOs } from '../../abi/acpi-os.ts';
import { type Co, runDetached } from '../../sim/coroutine.ts';
import { AcpiGlobals } from '../include/acglobal.ts';
import { AcpiNamespaceNode } from '../include/acobject.ts';
import { ACPI_TYPE_DEVICE, ACPI_TYPE_LOCAL_SCOPE, ACPI_TYPE_METHOD } from '../include/actypes.ts';
import { acpi_gbl_FADT, acpi_tb_parse_fadt } from '../tables/tbfadt.ts';
import { acpi_enable_event, acpi_get_event_status, acpi_install_fixed_event_handler } from './evevent.ts';
import { acpi_ev_queue_notify_request, acpi_install_notify_handler } from './evmisc.ts';
import { acpi_ev_initialize_events, acpi_ev_install_xrupt_handlers } from './evsci.ts';
import {
  acpi_disable_gpe,
  acpi_enable_gpe,
  acpi_get_gpe_status,
  acpi_mask_gpe,
  acpi_update_all_gpes,
} from './evxfgpe.ts';

const PM1_EVENT = 0x600;
const GPE0 = 0x620;
const GPE0_LENGTH = 4;

/** Registers of a PM1 event block and a GPE block of two status and two enable bytes, and a queue for later work. */
class Hardware {
  readonly ports = new Map<number, number>();
  /** Writes to the GPE block, `status 0 04` or `enable 0 04`. */
  readonly writes: string[] = [];
  readonly queued: { readonly name: string; readonly work: () => Co }[] = [];
  sci: (() => Co<boolean>) | undefined;

  raise(gpe: number): void {
    const port = GPE0 + (gpe >> 3);
    this.ports.set(port, (this.ports.get(port) ?? 0) | (1 << (gpe & 7)));
  }

  private write(port: number, value: number): void {
    const isStatus = port < GPE0 + GPE0_LENGTH / 2;
    const isPm1Status = port === PM1_EVENT;
    if (port >= GPE0) {
      const register = (port - GPE0) % (GPE0_LENGTH / 2);
      this.writes.push(`${isStatus ? 'status' : 'enable'} ${register} ${value.toString(16).padStart(2, '0')}`);
    }
    // status bits are cleared by writing 1 (ACPI 6.4 4.8.4.1)
    const old = this.ports.get(port) ?? 0;
    this.ports.set(port, isPm1Status || (port >= GPE0 && isStatus) ? old & ~value : value);
  }

  os(): AcpiOs {
    const { ports, queued } = this;
    const os: Partial<AcpiOs> = {
      *readSpace(_space, address): Co<bigint> {
        return BigInt(ports.get(address) ?? 0);
      },
      writeSpace: (_space, address, _width, value) => this.writeOnce(address, Number(value)),
      *acpi_os_execute(_type, work, name) {
        queued.push({ name, work });
        return 'AE_OK';
      },
      acpi_os_install_interrupt_handler: (gsi, handler) => this.install(gsi, handler),
      acpi_os_create_semaphore: (_max, initialUnits) => ({ initialUnits }),
      acpi_os_get_thread_id: () => 1,
      *acpi_os_printf(): Co {},
    };
    return os as AcpiOs;
  }

  private *writeOnce(address: number, value: number): Co {
    this.write(address, value);
  }

  private *install(_gsi: number, handler: () => Co<boolean>): Co<'AE_OK'> {
    this.sci = handler;
    return 'AE_OK';
  }
}

function fadt(): Uint8Array {
  const bytes = new Uint8Array(116);
  const view = new DataView(bytes.buffer);
  view.setUint16(46, 9, true);
  view.setUint32(56, PM1_EVENT, true);
  view.setUint32(80, GPE0, true);
  view.setUint8(88, 4);
  view.setUint8(92, GPE0_LENGTH);
  return bytes;
}

function child(parent: AcpiNamespaceNode, name: string, type: number): AcpiNamespaceNode {
  const node = new AcpiNamespaceNode(name, type);
  node.parent = parent;
  parent.children ??= new Map();
  parent.children.set(name, node);
  return node;
}

/** ACPICA with methods for the given events, its events initialised. */
function start(methods: readonly string[]) {
  const hardware = new Hardware();
  const log = { emit: () => undefined };
  const acpi = new AcpiGlobals(hardware.os(), log);
  acpi_gbl_FADT(acpi).fadt = acpi_tb_parse_fadt(fadt());
  const gpe = child(acpi.rootNode, '_GPE', ACPI_TYPE_LOCAL_SCOPE);
  for (const name of methods) child(gpe, name, ACPI_TYPE_METHOD);
  runDetached(acpi_ev_initialize_events(acpi));
  runDetached(acpi_ev_install_xrupt_handlers(acpi));
  return { acpi, hardware };
}

/** The SCI's handler: true when something was handled. */
const interrupt = (hardware: Hardware): boolean | undefined => {
  const { sci } = hardware;
  if (!sci) throw new Error('no SCI handler');
  return runDetached(sci());
};

/** What AML and notifications put on a queue runs until nothing is left. */
function runQueue(hardware: Hardware): string[] {
  const names: string[] = [];
  for (let next = hardware.queued.shift(); next; next = hardware.queued.shift()) {
    names.push(next.name);
    runDetached(next.work());
  }
  return names;
}

describe('general-purpose events (ACPI 6.4 5.6.4)', () => {
  test('at the start every event is disabled and its status is cleared', () => {
    const { hardware } = start([]);
    expect(hardware.writes).toEqual(['enable 0 00', 'status 0 ff', 'enable 1 00', 'status 1 ff']);
  });

  test('events that have a method are enabled, others are not', () => {
    const { acpi, hardware } = start(['_E02', '_L09', '_Q03']);
    hardware.writes.length = 0;
    runDetached(acpi_update_all_gpes(acpi));
    expect(hardware.writes).toEqual(['enable 0 04', 'enable 1 02']);
  });

  test('an edge-triggered event is disabled and cleared before its method runs, and enabled after the notifications', () => {
    const { acpi, hardware } = start(['_E02']);
    runDetached(acpi_update_all_gpes(acpi));
    hardware.writes.length = 0;
    hardware.raise(2);
    expect(interrupt(hardware)).toBe(true);
    expect(hardware.writes).toEqual(['enable 0 00', 'status 0 04']);
    hardware.writes.length = 0;
    expect(runQueue(hardware)).toEqual(['acpi_ev_asynch_execute_gpe_method', 'acpi_ev_asynch_enable_gpe']);
    expect(hardware.writes).toEqual(['enable 0 04']);
  });

  test('a level-triggered event is cleared after its method has run', () => {
    const { acpi, hardware } = start(['_L09']);
    runDetached(acpi_update_all_gpes(acpi));
    hardware.writes.length = 0;
    hardware.raise(9);
    interrupt(hardware);
    expect(hardware.writes).toEqual(['enable 1 00']);
    hardware.writes.length = 0;
    runQueue(hardware);
    expect(hardware.writes).toEqual(['status 1 02', 'enable 1 02']);
  });

  test('an active event that is not enabled is not handled', () => {
    const { acpi, hardware } = start(['_E02']);
    runDetached(acpi_update_all_gpes(acpi));
    runDetached(acpi_disable_gpe(acpi, 2));
    hardware.raise(2);
    expect(interrupt(hardware)).toBe(false);
    expect(hardware.queued).toEqual([]);
  });

  test('an event is enabled until as many references are gone as were taken', () => {
    const { acpi, hardware } = start(['_E02']);
    runDetached(acpi_update_all_gpes(acpi));
    expect(runDetached(acpi_enable_gpe(acpi, 2))).toBe('AE_OK');
    runDetached(acpi_disable_gpe(acpi, 2));
    expect(hardware.ports.get(GPE0 + 2)).toBe(4);
    runDetached(acpi_disable_gpe(acpi, 2));
    expect(hardware.ports.get(GPE0 + 2)).toBe(0);
    expect(runDetached(acpi_disable_gpe(acpi, 2))).toBe('AE_LIMIT');
  });

  test('an event without a method cannot be enabled, and one beyond the blocks does not exist', () => {
    const { acpi } = start(['_E02']);
    expect(runDetached(acpi_enable_gpe(acpi, 3))).toBe('AE_NO_HANDLER');
    expect(runDetached(acpi_enable_gpe(acpi, 16))).toBe('AE_BAD_PARAMETER');
  });

  test('while an event is masked nothing enables it; its status stays for when it is unmasked', () => {
    const { acpi, hardware } = start(['_E02']);
    runDetached(acpi_update_all_gpes(acpi));
    expect(runDetached(acpi_mask_gpe(acpi, 2, true))).toBe('AE_OK');
    expect(runDetached(acpi_mask_gpe(acpi, 2, true))).toBe('AE_BAD_PARAMETER');
    hardware.raise(2);
    expect(interrupt(hardware)).toBe(false);
    expect(runDetached(acpi_get_gpe_status(acpi, 2))).toEqual({
      hasHandler: true,
      enabled: true,
      wakeEnabled: false,
      masked: true,
      enableSet: false,
      statusSet: true,
    });
    runDetached(acpi_mask_gpe(acpi, 2, false));
    expect(interrupt(hardware)).toBe(true);
  });
});

describe('fixed events (ACPI 6.4 4.8.2)', () => {
  const POWER_BUTTON = 2;
  const POWER_BUTTON_BIT = 0x100;

  test('one without a handler is disabled when it comes', () => {
    const { acpi, hardware } = start([]);
    runDetached(acpi_enable_event(acpi, POWER_BUTTON));
    hardware.ports.set(PM1_EVENT, POWER_BUTTON_BIT);
    expect(interrupt(hardware)).toBe(false);
    expect(runDetached(acpi_get_event_status(acpi, POWER_BUTTON))).toMatchObject({
      enableSet: false,
      statusSet: false,
    });
  });

  test('one with a handler is cleared, then handled', () => {
    const { acpi, hardware } = start([]);
    const seen: number[] = [];
    runDetached(
      acpi_install_fixed_event_handler(acpi, POWER_BUTTON, function* (): Co<boolean> {
        seen.push(hardware.ports.get(PM1_EVENT) ?? -1);
        return true;
      }),
    );
    hardware.ports.set(PM1_EVENT, POWER_BUTTON_BIT);
    expect(interrupt(hardware)).toBe(true);
    expect(seen).toEqual([0]);
  });
});

describe('Notify (ACPI 6.4 19.6.94)', () => {
  test('goes to the handler of all objects first, then to the object’s own, from a queue', () => {
    const { acpi, hardware } = start([]);
    const device = child(acpi.rootNode, 'DEV0', ACPI_TYPE_DEVICE);
    const seen: string[] = [];
    const handler = (name: string) =>
      function* (node: AcpiNamespaceNode, value: number): Co {
        seen.push(`${name} ${node.name} ${value}`);
      };
    acpi_install_notify_handler(acpi, acpi.rootNode, 'system', handler('all'), undefined);
    acpi_install_notify_handler(acpi, device, 'system', handler('own'), undefined);
    expect(runDetached(acpi_ev_queue_notify_request(acpi, device, 1))).toBe('AE_OK');
    expect(seen).toEqual([]);
    expect(runQueue(hardware)).toEqual(['acpi_ev_notify_dispatch']);
    expect(seen).toEqual(['all DEV0 1', 'own DEV0 1']);
  });

  test('values from 0x80 on are the device’s: no handler of system values sees them', () => {
    const { acpi, hardware } = start([]);
    const device = child(acpi.rootNode, 'DEV0', ACPI_TYPE_DEVICE);
    acpi_install_notify_handler(acpi, acpi.rootNode, 'system', function* (): Co {}, undefined);
    expect(runDetached(acpi_ev_queue_notify_request(acpi, device, 0x80))).toBe('AE_OK');
    expect(hardware.queued).toEqual([]);
  });

  test('an object that is no device, processor or thermal zone: AE_TYPE', () => {
    const { acpi } = start(['_E02']);
    const method = acpi.rootNode.children?.get('_GPE')?.children?.get('_E02');
    if (!method) throw new Error('no method');
    expect(runDetached(acpi_ev_queue_notify_request(acpi, method, 1))).toBe('AE_TYPE');
  });
});
