import { z } from 'zod';

/** Where rows come from: the seed, which is real or simulated, or a split of the published data set. */
export const DataSource = z.enum(['seed', 'train', 'val', 'test']);
export type DataSource = z.infer<typeof DataSource>;

const numbers = z.array(z.number());
const pair = z.object({ real: z.number(), synthetic: z.number() });

/** What GAN/scripts/explore_dataset.py gives: aggregates of the seed beside those of the data set. */
export const DataOverview = z
  .object({
    sensors: z.array(z.string()),
    modes: z.array(z.string()),
    splits: z.array(
      z.object({
        name: DataSource,
        rows: z.number().int(),
        runs: z.number().int(),
        hours: z.object({ least: z.number(), median: z.number(), most: z.number() }),
        /** Runs by failure mode. */
        modes: z.record(z.string(), z.number().int()),
        /** Run ids. */
        examples: z.object({ shortest: z.number(), median: z.number(), longest: z.number() }),
      }),
    ),
    /** How much of the data set the figures are drawn from. */
    drawn: z.object({ rows: z.number(), of: z.number(), runs: z.number(), ofRuns: z.number() }),
    constant: z.array(z.string()),
    /** Shares of the runs by length in hours; one edge more than shares. */
    runLengths: z.object({ edges: numbers, real: numbers, synthetic: numbers }),
    /** Share of a failure mode's runs that live longer than so many hours; null: no run ends so. */
    survival: z.array(
      z.object({ mode: z.string(), hours: numbers, real: numbers.nullable(), synthetic: numbers.nullable() }),
    ),
    /** How the machine is run; null: no column says how. */
    operation: z
      .object({
        settings: z.array(z.string()),
        /** The combinations of levels that the seed's settings are set to, the most common first. */
        points: z.array(
          z.object({
            /** Of each setting; null: it has no levels. */
            values: z.array(z.number().nullable()),
            /** Share of the rows, and how many rows a stay lasts on average. */
            share: pair,
            stay: pair,
          }),
        ),
        /** Share of the rows that are at none of them. */
        off: pair,
        /** Shares of each setting's values in bins. */
        distributions: z.array(z.object({ edges: numbers, real: numbers, synthetic: numbers })),
      })
      .nullable(),
    /** Shares of each sensor's values in bins, in the first and the last fifth of life. */
    distributions: z.array(
      z.object({
        sensor: z.string(),
        edges: numbers,
        realEarly: numbers,
        realLate: numbers,
        syntheticEarly: numbers,
        syntheticLate: numbers,
      }),
    ),
    /** floor: the gap between the seed's training runs and its held-out runs. */
    correlation: z.object({
      real: z.array(numbers),
      synthetic: z.array(numbers),
      gap: z.number(),
      floor: z.number(),
    }),
    /** By sensor, at each lag. */
    autocorrelation: z.object({ lags: numbers, real: z.array(numbers), synthetic: z.array(numbers) }),
    /** The sensor that tells most about RUL comes first. */
    degradation: z.array(
      z.object({
        sensor: z.string(),
        rulCorrelation: pair,
        monotonicity: pair,
        trendability: pair,
        prognosability: pair,
      }),
    ),
    leakage: z.object({
      shared: z.array(z.object({ a: z.string(), b: z.string(), runs: numbers })),
    }),
  })
  .meta({ id: 'DataOverview' });
export type DataOverview = z.infer<typeof DataOverview>;

/** Runs to draw. Long ones are thinned to minima and maxima, so that no spike is lost. */
export const DataSeries = z
  .object({
    source: DataSource,
    runs: z.array(
      z.object({
        run: z.number(),
        failureMode: z.string().nullable(),
        rows: z.number().int(),
        /** Hours since the run began. */
        hours: numbers,
        /** Hours to the failure; null: the machine has no failure. */
        rul: numbers.nullable(),
        sensors: z.record(z.string(), numbers),
      }),
    ),
    /** What the profile says of each sensor; none without a profile. */
    limits: z.record(
      z.string(),
      z.object({ unit: z.string(), warning: z.number().nullable(), trip: z.number().nullable() }),
    ),
    drawn: z.object({ rows: z.number(), of: z.number(), runs: z.number(), ofRuns: z.number() }),
  })
  .meta({ id: 'DataSeries' });
export type DataSeries = z.infer<typeof DataSeries>;

/** The latest rows, as a table. */
export const DataRows = z
  .object({
    columns: z.array(z.string()),
    rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
    total: z.number().int(),
  })
  .meta({ id: 'DataRows' });
export type DataRows = z.infer<typeof DataRows>;
