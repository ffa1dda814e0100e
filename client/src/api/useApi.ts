import { inject } from 'vue'
import type { InjectionKey } from 'vue'
import type { Api } from './client.ts'

export const apiKey: InjectionKey<Api> = Symbol('api')

export function useApi(): Api {
  const api = inject(apiKey)
  if (!api) throw new Error('no API was provided')
  return api
}
