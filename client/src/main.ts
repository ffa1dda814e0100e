import { createApp } from 'vue'
import { createWebHistory } from 'vue-router'
import App from './App.vue'
import { createApi } from './api/client.ts'
import { apiKey } from './api/useApi.ts'
import { createClientRouter } from './router.ts'
import { createSession, sessionKey } from './session/useSession.ts'
import './ui/base.css'

const api = createApi()
const session = createSession(api)

createApp(App)
  .provide(apiKey, api)
  .provide(sessionKey, session)
  .use(createClientRouter(session, createWebHistory()))
  .mount('#app')
