/**
 * QEMU's trace points of the hotplug registers (hw/acpi/trace-events of QEMU 7.2): name → text after the name.
 * `%a %b %c` stand for the record's arguments in hexadecimal.
 */
export const QEMU_TRACE_FORMATS: Readonly<Record<string, string>> = {
  cpuhp_acpi_invalid_idx_selected: '0x%a',
  cpuhp_acpi_read_flags: 'idx[0x%a] flags: 0x%b',
  cpuhp_acpi_write_idx: 'set active cpu idx: 0x%a',
  cpuhp_acpi_write_cmd: 'idx[0x%a] cmd: 0x%b',
  cpuhp_acpi_read_cmd_data: 'idx[0x%a] data: 0x%b',
  cpuhp_acpi_read_cmd_data2: 'idx[0x%a] data: 0x%b',
  cpuhp_acpi_cpu_has_events: 'idx[0x%a] inserting: %b, removing: %c',
  cpuhp_acpi_clear_inserting_evt: 'idx[0x%a]',
  cpuhp_acpi_clear_remove_evt: 'idx[0x%a]',
  cpuhp_acpi_ejecting_invalid_cpu: '0x%a',
  cpuhp_acpi_ejecting_cpu: '0x%a',
  cpuhp_acpi_fw_remove_invalid_cpu: '0x%a',
  cpuhp_acpi_fw_remove_cpu: '0x%a',
  cpuhp_acpi_write_ost_ev: 'idx[0x%a] OST EVENT: 0x%b',
  cpuhp_acpi_write_ost_status: 'idx[0x%a] OST STATUS: 0x%b',
  mhp_acpi_invalid_slot_selected: '0x%a',
  mhp_acpi_ejecting_invalid_slot: '0x%a',
  mhp_acpi_read_addr_lo: 'slot[0x%a] addr lo: 0x%b',
  mhp_acpi_read_addr_hi: 'slot[0x%a] addr hi: 0x%b',
  mhp_acpi_read_size_lo: 'slot[0x%a] size lo: 0x%b',
  mhp_acpi_read_size_hi: 'slot[0x%a] size hi: 0x%b',
  mhp_acpi_read_pxm: 'slot[0x%a] proximity: 0x%b',
  mhp_acpi_read_flags: 'slot[0x%a] flags: 0x%b',
  mhp_acpi_write_slot: 'set active slot: 0x%a',
  mhp_acpi_write_ost_ev: 'slot[0x%a] OST EVENT: 0x%b',
  mhp_acpi_write_ost_status: 'slot[0x%a] OST STATUS: 0x%b',
  mhp_acpi_clear_insert_evt: 'slot[0x%a] clear insert event',
  mhp_acpi_clear_remove_evt: 'slot[0x%a] clear remove event',
  mhp_acpi_pc_dimm_deleted: 'slot[0x%a] pc-dimm deleted',
  mhp_acpi_pc_dimm_delete_failed: 'slot[0x%a] pc-dimm delete failed',
};

/** The line that QEMU's log backend would print, without its time stamp. */
export function formatQemuTrace(point: string, a: number, b: number, c: number): string {
  const values: Record<string, number> = { a, b, c };
  const format = QEMU_TRACE_FORMATS[point] ?? '';
  return `${point} ${format.replace(/%([abc])/g, (_, name: string) => (values[name] ?? 0).toString(16))}`;
}
