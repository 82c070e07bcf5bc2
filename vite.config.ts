import react from '@vitejs/plugin-react';
import { defineConfig, type HtmlTagDescriptor, type Plugin } from 'vite';

// 'unsafe-inline' styles: xterm.js writes its cell sizes and colours as inline styles.
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Puts the policy into the built page only: the development server needs inline scripts and a web socket. */
function contentSecurityPolicyTag(): Plugin {
  const tag: HtmlTagDescriptor = {
    tag: 'meta',
    attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
    injectTo: 'head-prepend',
  };
  return { name: 'content-security-policy-tag', apply: 'build', transformIndexHtml: () => [tag] };
}

export default defineConfig({
  base: './',
  plugins: [react(), contentSecurityPolicyTag()],
  worker: { format: 'es' },
  build: {
    target: 'baseline-widely-available',
    manifest: true,
    // A preload helper is not needed: every browser that the target allows has modulepreload.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
});
