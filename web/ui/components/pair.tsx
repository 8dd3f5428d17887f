import classes from './pair.module.css';

/** Two shares as bars: the seed's above the synthetic one. */
export function Pair({ real, synthetic, text }: { real: number; synthetic: number; text: (value: number) => string }) {
  return (
    <>
      <Bar colour="--series-1" value={real} side="seed" text={text} />
      <Bar colour="--series-2" value={synthetic} side="synthetic" text={text} />
    </>
  );
}

function Bar(props: { colour: string; value: number; side: string; text: (value: number) => string }) {
  const { colour, value, side, text } = props;
  return (
    <div className={classes['bar']} title={`${side}: ${value.toFixed(3)}`}>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden>
        <rect width={Math.max(0, Math.min(1, value)) * 100} height={6} fill={`var(${colour})`} />
      </svg>
      <span className="unseen">{side}</span>
      <span>{text(value)}</span>
    </div>
  );
}
