/** `_OSI`: which interfaces the operating system claims. */
import type { AcpiStatus } from '../include/acexcep.ts';
import { IntegerObject, StringObject } from '../include/acobject.ts';
import type { WalkState } from '../include/acstruct.ts';
import { ACPI_UINT64_MAX } from '../include/actypes.ts';

/** The method's body. AE_TYPE for anything but one String. */
export function acpi_ut_osi_implementation(walk_state: WalkState): AcpiStatus {
  const name = walk_state.variable('arg', 0).object;
  if (!(name instanceof StringObject)) return 'AE_TYPE';
  const { os } = walk_state.acpi;
  walk_state.returnDesc = new IntegerObject(os.interfaceSupported(name.value) ? ACPI_UINT64_MAX : 0n);
  return 'AE_OK';
}
