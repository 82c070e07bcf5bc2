/**
 * Kernel functions that the recordings trace; the rest is left out of a comparison.
 * Functions that may not be traced there, or were inlined, are not in the list.
 */
export const TRACED_FUNCTIONS: readonly string[] = `
  handle_fasteoi_irq acpi_irq acpi_ged_irq_handler acpi_ev_sci_xrupt_handler acpi_ev_fixed_event_detect
  acpi_ev_gpe_detect acpi_ev_gpe_dispatch acpi_os_execute acpi_os_execute_deferred
  acpi_ev_asynch_execute_gpe_method acpi_ev_asynch_enable_gpe acpi_ev_finish_gpe acpi_ns_evaluate
  acpi_ev_queue_notify_request acpi_ev_notify_dispatch acpi_bus_notify acpi_hotplug_schedule
  acpi_hotplug_work_fn acpi_device_hotplug acpi_scan_bus_check acpi_bus_offline acpi_bus_scan acpi_bus_attach
  acpi_bus_trim acpi_processor_add acpi_processor_remove acpi_map_cpu acpi_unmap_cpu generic_processor_info
  arch_register_cpu arch_unregister_cpu register_cpu unregister_cpu acpi_processor_start acpi_evaluate_ost
  acpi_evaluate_ej0 acpi_evaluate_lck cpu_subsys_online cpu_subsys_offline cpu_device_up cpu_device_down cpu_up
  _cpu_up _cpu_down cpu_down_maps_locked cpuhp_invoke_callback cpuhp_kick_ap cpuhp_kick_ap_work
  cpuhp_thread_fun bringup_cpu native_cpu_up notify_cpu_starting cpu_startup_entry cpuhp_online_idle
  takedown_cpu take_cpu_down stop_machine_cpuslocked multi_cpu_stop native_cpu_disable cpuhp_report_idle_dead
  cpuhp_complete_idle_dead native_cpu_die common_cpu_die native_play_dead sched_cpu_deactivate
  sched_cpu_activate sched_cpu_starting sched_cpu_dying sched_cpu_wait_empty balance_push_set
  smpboot_create_threads smpboot_unpark_threads smpboot_park_threads kthread_park kthread_unpark
  workqueue_prepare_cpu workqueue_online_cpu workqueue_offline_cpu acpi_memory_device_add
  acpi_memory_device_remove __add_memory add_memory_resource register_memory_resource arch_add_memory add_pages
  __add_pages create_memory_block_devices add_memory_block memory_subsys_online memory_subsys_offline
  online_pages offline_pages move_pfn_range_to_zone zone_for_pfn_range generic_online_page
  start_isolate_page_range undo_isolate_page_range __offline_isolated_pages test_pages_isolated
  try_remove_memory __remove_memory arch_remove_memory remove_memory_block_devices memory_notify online_store
  state_store device_online device_offline process_one_work freeze_secondary_cpus thaw_secondary_cpus
  try_offline_node try_online_node __try_online_node walk_memory_blocks lru_add_drain_all build_all_zonelists
  mem_hotplug_begin mem_hotplug_done bringup_nonboot_cpus write_cpuhp_target write_cpuhp_fail
`
  .trim()
  .split(/\s+/);

/** Those of the arm64 kernel's recordings besides. */
const ARM64_FUNCTIONS: readonly string[] = `
  __cpu_up cpu_psci_cpu_boot psci_0_2_cpu_on psci_0_2_cpu_off cpu_psci_cpu_disable cpu_psci_cpu_die cpu_psci_cpu_kill
  psci_affinity_info __cpu_disable __cpu_die arch_cpu_idle_dead cpu_die irq_migrate_all_off_this_cpu
  acpi_evaluate_object
`
  .trim()
  .split(/\s+/);

/** What the compiler inlined in that kernel, unlike in the other. */
const ARM64_INLINED: ReadonlySet<string> = new Set(['cpuhp_kick_ap', '__try_online_node']);

/** The list for a board's kernel. */
export const tracedFunctionsOf = (board: string): readonly string[] =>
  board === 'virt'
    ? [...TRACED_FUNCTIONS.filter((name) => !ARM64_INLINED.has(name)), ...ARM64_FUNCTIONS]
    : TRACED_FUNCTIONS;
