import type { DraftCheck } from '../../../contracts/draft.js';
import type { EffectDraft, ModeDraft } from './draft.js';

/** The effects of a failure mode: those given, else those proposed; null: neither is known. */
export function effectsOf(at: number, mode: ModeDraft, check: DraftCheck | null): EffectDraft[] | null {
  if (mode.effects !== null) return mode.effects;
  const proposed = check?.assumed.find(({ field }) => field === `failure_modes.${at}.effects`);
  return proposed === undefined ? null : (proposed.value as EffectDraft[]);
}

/** Names of the failure modes that move a sensor; null: not known yet. */
export function modesMoving(sensor: string, modes: ModeDraft[], check: DraftCheck | null): string[] | null {
  if (modes.length === 0) return null;
  const effects = modes.map((mode, at) => effectsOf(at, mode, check));
  if (effects.some((list) => list === null)) return null;
  return modes.flatMap(({ name }, at) =>
    effects[at]?.some((effect) => effect.sensor === sensor) === true ? [name] : [],
  );
}

/** The failure modes where a sensor that goes is moved no more. */
export function withoutSensor(modes: ModeDraft[], sensor: string): ModeDraft[] {
  return modes.map((mode) => {
    const kept = mode.effects?.filter((effect) => effect.sensor !== sensor) ?? null;
    return { ...mode, effects: kept === null || kept.length === 0 ? null : kept };
  });
}

/** The failure modes where a sensor has its new name. */
export function withRenamed(modes: ModeDraft[], before: string, after: string): ModeDraft[] {
  const renamed = (effect: EffectDraft) => (effect.sensor === before ? { ...effect, sensor: after } : effect);
  return modes.map((mode) => ({ ...mode, effects: mode.effects?.map(renamed) ?? null }));
}
