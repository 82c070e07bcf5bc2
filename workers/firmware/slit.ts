/** System Locality Information Table (ACPI 6.4 §5.2.17): distances between nodes, a row of bytes per node. */
import { concat, qwordData } from '../aml/encode.ts';
import { acpiTable } from './acpi-table.ts';

export const slit = (distances: readonly (readonly number[])[]): Uint8Array =>
  acpiTable('SLIT', 1, concat([qwordData(distances.length), ...distances]));
