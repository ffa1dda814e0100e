import { onScopeDispose, shallowReadonly, shallowRef } from 'vue'
import type { Api } from '../api/client.ts'
import { failureOf } from '../api/problem.ts'
import type { Failure } from '../api/problem.ts'
import type { Analysis } from '../api/types.ts'
import { saveFile } from './saveFile.ts'

export type DownloadState = { kind: 'idle' } | { kind: 'under-way' } | { kind: 'failed', failure: Failure }

/** Saves the marked picture and the result of an analysis as files. */
export function useDownloads(api: Pick<Api, 'imageUrl' | 'download'>, save = saveFile) {
  const state = shallowRef<DownloadState>({ kind: 'idle' })
  const life = new AbortController()

  async function savePicture(analysis: Analysis): Promise<void> {
    if (state.value.kind === 'under-way') return
    const { signal } = life
    state.value = { kind: 'under-way' }
    try {
      const url = await api.imageUrl(analysis.analysisId, 'annotated', { signal })
      save(await api.download(url, { signal }), `${analysis.analysisId}-faces.jpg`)
      state.value = { kind: 'idle' }
    } catch (error) {
      if (!signal.aborted) state.value = { kind: 'failed', failure: failureOf(error) }
    }
  }

  function saveJson(analysis: Analysis): void {
    const text = `${JSON.stringify(analysis, null, 2)}\n`
    save(new Blob([text], { type: 'application/json' }), `${analysis.analysisId}.json`)
  }

  onScopeDispose(() => { life.abort() })
  return { state: shallowReadonly(state), savePicture, saveJson }
}
