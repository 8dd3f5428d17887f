import { TagsInput } from '@mantine/core';
import { valueAt } from './paths.js';
import { useWizard } from './wizard.js';

/** A list of words. */
export function TagsField({ path, label }: { path: string; label: string }) {
  const { form, problems } = useWizard();
  const value = valueAt(form.getValues(), path);
  return (
    <TagsInput
      id={path}
      size="xs"
      label={label}
      placeholder="a word, then Enter"
      value={Array.isArray(value) ? value.map(String) : []}
      error={problems.find(({ field }) => field === path)?.message}
      onChange={(words) => {
        form.setFieldValue(path, words);
      }}
    />
  );
}
