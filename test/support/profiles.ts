/** A small but complete machine configuration; `changes` replaces fields. */
export function machineConfig(machineId: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    machine_id: machineId,
    machine_type: 'pump',
    manufacturer: 'Test',
    model: 'T1',
    description: 'a pump of the tests',
    sampling_interval_minutes: 60,
    sensors: [sensor('vibration', 2, 5, 8), sensor('temperature', 50, 70, 90)],
    operational_parameters: { rated_power_kw: 5 },
    failure_modes: [mode('bearing_wear', 'vibration', 0.6), mode('seal_leak', 'temperature', 0.4)],
    operating: {
      regimes: [{ name: 'rated', load: 0.9, share: 1, mean_dwell_hours: 50 }],
      ambient_mean_c: 20,
      ambient_daily_swing_c: 2,
    },
    wear: { max_rul_hours: 100 },
    ...changes,
  };
}

export function sensor(name: string, normal: number, warning: number, trip: number): Record<string, unknown> {
  return {
    name,
    unit: 'u',
    type: 'numerical',
    physical_min: 0,
    physical_max: 4 * trip,
    normal,
    warning,
    trip,
    noise_std: normal / 50,
    drift_std: normal / 100,
    load_gain: normal / 10,
  };
}

function mode(name: string, sensorName: string, probability: number): Record<string, unknown> {
  return { name, probability, effects: [{ sensor: sensorName, direction: 'up', strength: 0.9, onset: 0.2 }] };
}
