/** The nonce that this page's style elements must carry (see web/server/security.ts). */
export const NONCE = document.querySelector<HTMLMetaElement>('meta[name=nonce]')?.content ?? '';

// Mantine's scroll lock asks get-nonce, which looks here.
Object.assign(globalThis, { __webpack_nonce__: NONCE });
