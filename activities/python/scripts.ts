/** The scripts outside a machine's chain of steps: paths from the project's root. */
export const SCRIPT = {
  checkProfile: 'GAN/scripts/check_profile.py',
  checkWorker: 'GAN/scripts/check_worker.py',
  exportCmapss: 'GAN/scripts/export_cmapss.py',
  exploreDataset: 'GAN/scripts/explore_dataset.py',
  fleetReport: 'GAN/scripts/fleet_report.py',
  health: 'GAN/scripts/validate_all_models.py',
  importSeed: 'GAN/scripts/import_seed.py',
  listGenerations: 'GAN/scripts/list_generations.py',
  retire: 'GAN/scripts/retire_machine.py',
  plan: 'GAN/scripts/plan.py',
  rollBack: 'GAN/scripts/rollback_dataset.py',
  verify: 'GAN/scripts/verify_dataset.py',
} as const;
