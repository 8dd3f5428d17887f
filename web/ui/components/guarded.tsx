import { Component } from 'react';
import type { ReactNode } from 'react';
import { Failed } from './states.js';

/** A page that fails while it is drawn says so, and leaves the rest of the console alone. */
export class Guarded extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <Failed
        error={error}
        retry={() => {
          location.reload();
        }}
      />
    );
  }
}
