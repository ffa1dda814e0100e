/** The mock API's history: which analyses a query means, newest first, and what a list tells of them. */
import type { components } from '../src/api/schema.ts'

type Schemas = components['schemas']

export function pageOf(analyses: Schemas['Analysis'][], query: URLSearchParams): Schemas['AnalysisPage'] {
  const all = analyses.filter(it => matches(it, query)).sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  const start = Number(query.get('cursor') ?? 0)
  const end = start + Number(query.get('limit') ?? 20)
  return { items: all.slice(start, end).map(summaryOf), nextCursor: end < all.length ? String(end) : null }
}

function matches(analysis: Schemas['Analysis'], query: URLSearchParams): boolean {
  const [list, smiling, from, to] = ['list', 'smiling', 'from', 'to'].map(name => query.get(name))
  const isSmiling = analysis.faces.some(it => it.smile?.value)
  return (!list || analysis.list === list)
    && (!smiling || isSmiling === (smiling === 'true'))
    && (!from || analysis.createdAt >= from)
    && (!to || analysis.createdAt < to)
}

function summaryOf(analysis: Schemas['Analysis']): Schemas['AnalysisSummary'] {
  const { analysisId, createdAt, kinds, image, faceCount, bestConfidence, list, links } = analysis
  const smilingCount = analysis.faces.filter(it => it.smile?.value).length
  return { analysisId, createdAt, kinds, image, faceCount, bestConfidence, list, links, smilingCount }
}
