import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig(async ({ mode }) => ({
  plugins: [
    vue(),
    // `npm run mock`: the built client on a small API of its own, for looking at pages.
    ...mode === 'mock' ? [(await import('./test/mockPlugin.ts')).mockPlugin()] : [],
  ],
  build: {
    target: 'es2022',
    // Nothing inline: the content security policy allows files of our own origin only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    // `npm run dev` beside a running stack.
    proxy: { '/api': 'http://127.0.0.1:8080' },
  },
  preview: { host: '127.0.0.1' },
}))
