import { createTheme, localStorageColorSchemeManager } from '@mantine/core';

/** One accent; state colours only for state (components/state.tsx). Sizes are small: these pages are dense. */
export const THEME = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 6 },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  defaultRadius: 'sm',
  autoContrast: true,
  // White on the dark scheme's accent would have too little contrast.
  luminanceThreshold: 0.25,
  cursorType: 'pointer',
  respectReducedMotion: true,
  colors: {
    accent: [
      '#eaf2ff',
      '#d4e3fd',
      '#a8c6f9',
      '#7aa7f5',
      '#5590f1',
      '#4d8ff0',
      '#2a6fd8',
      '#1c64d1',
      '#1657ba',
      '#0d4799',
    ],
  },
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Table: { defaultProps: { fz: 'sm', verticalSpacing: 4 } },
    Card: { defaultProps: { withBorder: true, padding: 'sm' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
  },
});

export const SCHEME = localStorageColorSchemeManager({ key: 'color-scheme' });
