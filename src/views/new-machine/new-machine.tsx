import { useState } from 'react';
import { DEFAULT_SCENARIO, SCENARIO_LIMITS, type Scenario } from '../../../workers/protocol/scenario.ts';
import type { MessageKey } from '../../session/i18n/translate.ts';
import { useLab } from '../../session/lab-state.ts';
import { useSession, useTranslate } from '../../session/session-context.ts';
import { Button } from '../../widgets/button.tsx';
import { Dialog } from '../../widgets/dialog.tsx';
import { RichText } from '../../widgets/rich-text.tsx';
import './new-machine.css';

const VIRT = '-M virt,gic-version=3 -cpu cortex-a57';
/** The command line of openEuler's article on memory hotplug, with the devices of its guest. */
const OPEN_EULER =
  '-M virt,usb=off,accel=kvm,gic-version=3 -cpu host -smp sockets=1,cores=4 -m size=8G,slots=128,maxmem=512G ' +
  '-numa node,nodeid=0,cpus=0-1,mem=4G -numa node,nodeid=1,cpus=2-3,mem=4G ' +
  '-drive file=/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw,if=pflash,format=raw,unit=0,readonly=on ' +
  '-drive file=/path/vars.raw,if=pflash,format=raw,unit=1 ' +
  '-device pcie-root-port,port=0x8,chassis=1,id=pci.1,bus=pcie.0,multifunction=on,addr=0x1 ' +
  '-device virtio-scsi-pci,id=scsi0,bus=pci.1,addr=0x0 -device usb-ehci,id=usb,bus=pcie.0,addr=0x2 ' +
  '-device usb-tablet,id=input0 -device virtio-gpu-pci,id=video0 ' +
  '-vnc 0.0.0.0:0 -qmp unix:/path/qmp.sock,server,nowait -serial pty -daemonize';

/** A command line with more characters gets more lines. */
const LONG = 240;

const EXAMPLES: readonly (readonly [MessageKey, string])[] = [
  ['example.default', DEFAULT_SCENARIO.machine],
  ['example.threads', '-M q35 -accel kvm -cpu max -smp 2,sockets=2,cores=2,threads=2,maxcpus=8 -m 512M'],
  ['example.many', '-M q35 -accel kvm -cpu max -smp 2,sockets=16,maxcpus=16 -m 1G'],
  ['example.virt', `${VIRT} -bios QEMU_EFI.fd -smp 4 -m size=1G,slots=4,maxmem=8G`],
  ['example.virtBare', `${VIRT} -smp 4 -m size=1G,slots=4,maxmem=8G`],
  ['example.openEuler', OPEN_EULER],
];

/** A machine as QEMU's command line says it. What QEMU would answer to a wrong one stands below. */
export function NewMachine({ onClose }: { readonly onClose: () => void }) {
  const translate = useTranslate();
  const session = useSession();
  const current = useLab((state) => state.description?.scenario) ?? DEFAULT_SCENARIO;
  const [machine, setMachine] = useState(current.machine);
  const [append, setAppend] = useState(current.append ?? '');
  const [error, setError] = useState<string>();
  const powerOn = async () => {
    const kernel = append.trim();
    const scenario: Scenario = { version: 1, machine: machine.trim(), ...(kernel === '' ? {} : { append: kernel }) };
    const opened = await session.powerOn(scenario);
    if (!opened.ok) {
      setError(opened.error);
      return;
    }
    await session.nameInAddress(scenario);
    onClose();
  };
  return (
    <Dialog title={translate('dialog.title')} closeLabel={translate('dialog.close')} onClose={onClose}>
      <form
        className="new-machine"
        onSubmit={(event) => {
          event.preventDefault();
          powerOn().catch((reason: unknown) => setError(String(reason)));
        }}
      >
        <p className="new-machine-lead">{translate('dialog.lead')}</p>
        <label className="field">
          <span className="field-name">{translate('dialog.machine')}</span>
          <textarea
            className="field-input mono"
            rows={machine.length > LONG ? 7 : 3}
            maxLength={SCENARIO_LIMITS.machine}
            spellCheck={false}
            value={machine}
            aria-invalid={error !== undefined}
            onChange={(event) => setMachine(event.target.value)}
          />
          <span className="field-hint">
            <RichText text={translate('dialog.machineHint')} />
          </span>
        </label>
        <label className="field">
          <span className="field-name">{translate('dialog.append')}</span>
          <input
            className="field-input mono"
            maxLength={SCENARIO_LIMITS.append}
            spellCheck={false}
            value={append}
            onChange={(event) => setAppend(event.target.value)}
          />
          <span className="field-hint">
            <RichText text={translate('dialog.appendHint')} />
          </span>
        </label>
        <fieldset className="examples">
          <legend className="field-name">{translate('dialog.examples')}</legend>
          {EXAMPLES.map(([key, line]) => (
            <Button key={key} look="outlined" onClick={() => setMachine(line)}>
              {translate(key)}
            </Button>
          ))}
        </fieldset>
        {error !== undefined && (
          <pre className="new-machine-error" role="alert">
            {error}
          </pre>
        )}
        <div className="new-machine-actions">
          <Button onClick={onClose}>{translate('dialog.cancel')}</Button>
          <Button look="primary" type="submit">
            {translate('dialog.powerOn')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
